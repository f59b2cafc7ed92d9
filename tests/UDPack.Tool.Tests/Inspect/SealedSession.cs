using System.Net;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;

namespace UDPack.Tool.Tests.Inspect;

/// <summary>A session without endpoints: seals whatever a test wants, in any key generation, and has the key log.</summary>
internal sealed class SealedSession : IDisposable
{
    public const uint Id = 0xC1D25E9F;
    public const ulong Timestamp = 1_700_000_000_000;

    private readonly DatagramSealer _client;
    private readonly DatagramSealer _server;

    public SealedSession(Random random, CipherAlgorithm algorithm = CipherAlgorithm.Aes256Gcm)
    {
        var hash = Bytes(random, 32);
        var toServer = Bytes(random, KeySchedule.SecretSize);
        var toClient = Bytes(random, KeySchedule.SecretSize);
        var session = $"{Convert.ToHexStringLower(hash)} {Id:x8} {(int)algorithm:x2}";
        KeyLog = $"UDPACK_CLIENT_SECRET {session} {Convert.ToHexStringLower(toServer)}\nUDPACK_SERVER_SECRET {session} {Convert.ToHexStringLower(toClient)}\n";
        _client = new DatagramSealer(new SystemCipherFactory(), algorithm, toServer);
        _server = new DatagramSealer(new SystemCipherFactory(), algorithm, toClient);
    }

    public static IPEndPoint Client { get; } = new(IPAddress.Loopback, 50_000);

    public static IPEndPoint Server { get; } = new(IPAddress.Loopback, 9000);

    public string KeyLog { get; }

    public void AdvanceGeneration(bool ofClient) => (ofClient ? _client : _server).AdvanceGeneration();

    /// <summary>A datagram of the frames' bytes, the first header among them.</summary>
    public RecordedDatagram Seal(bool fromClient, ReadOnlySpan<byte> frames, int clearLength = FrameHeader.Size)
    {
        var buffer = new byte[frames.Length + DatagramSealer.Overhead];
        frames.CopyTo(buffer);
        (fromClient ? _client : _server).Seal(buffer, clearLength, frames.Length);
        return fromClient ? new RecordedDatagram(Client, Server, buffer) : new RecordedDatagram(Server, Client, buffer);
    }

    public static byte[] Frame(Opcode opcode, FrameFlags flags, ReadOnlySpan<byte> payload, uint stream = 0, uint packet = 0, uint fragment = 0)
    {
        var buffer = new byte[FrameWriter.Size(flags, payload.Length)];
        FrameWriter.Write(buffer, Id, Timestamp, flags, opcode, stream, packet, fragment, payload);
        return buffer;
    }

    public static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }
}
