using System.Security.Cryptography;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>Makes datagrams that verify for a live session, with whatever content: a peer that holds the keys and breaks the rules.</summary>
internal sealed class Forger : IDisposable
{
    /// <summary>Far enough ahead of what the session itself sends, and still within its replay window.</summary>
    private const int FirstSequence = 500;

    private readonly DatagramSealer _toServer;
    private readonly DatagramSealer _toClient;

    /// <param name="pair">The simulation.</param>
    /// <param name="connecting">The session's handshake.</param>
    /// <param name="firstSequence">The first number of what is forged.</param>
    public Forger(Pair pair, Connecting connecting, int firstSequence = FirstSequence)
    {
        SessionId = connecting.Session!.Session.Id;
        var reply = pair.Trace.First(d => !d.ToServer && Header(d.Content) is { Opcode: Opcode.Handshake } h && h.SessionId == SessionId).Content;
        var serverShare = reply.AsSpan(HandshakeFrames.BareSize, KeySchedule.ServerShareSize);
        using var share = ECDiffieHellman.Create(connecting.Share);
        var agreed = new byte[P256.SecretSize];
        Assert.True(P256.TryAgree(share, serverShare[1..], agreed));
        var hash = new byte[PayloadHash.Size];
        connecting.Shakehand.Hash.CopyTo(hash);
        var algorithm = connecting.Shakehand.Algorithm;
        var keySize = CipherAlgorithms.KeySize(algorithm);
        var (toServer, toClient) = (new byte[KeySchedule.SecretSize], new byte[KeySchedule.SecretSize]);
        KeySchedule.DeriveSecrets(
            pair.Key.PublicKey.SpkiHash, hash, (ushort)(SessionId >> 16), (ushort)SessionId, serverShare,
            connecting.KeyAndIv.AsSpan(0, keySize), connecting.KeyAndIv.AsSpan(keySize), agreed, toServer, toClient);
        _toServer = new DatagramSealer(pair.Ciphers, algorithm, toServer);
        _toClient = new DatagramSealer(pair.Ciphers, algorithm, toClient);
        for (var i = 0; i < firstSequence; i++)
        {
            _toServer.SkipSequence();
            _toClient.SkipSequence();
        }
    }

    public uint SessionId { get; }

    public static FrameHeader Header(ReadOnlySpan<byte> datagram)
    {
        FrameHeader.TryRead(datagram, out var header, out _);
        return header;
    }

    /// <summary>One frame in the clear.</summary>
    public byte[] Frame(Opcode opcode, byte[] payload, FrameFlags flags = FrameFlags.None, uint stream = 0, uint packet = 0, uint fragment = 0, uint? session = null)
    {
        var frame = new byte[FrameWriter.Size(flags, payload.Length)];
        FrameWriter.Write(frame, session ?? SessionId, 0, flags, opcode, stream, packet, fragment, payload);
        return frame;
    }

    public byte[] Ping() => Frame(Opcode.Ping, new byte[8]);

    public byte[] Packet(uint id, byte[] payload) => Frame(Opcode.Data, payload, FrameFlags.Packet, packet: id);

    /// <summary>An ack of one range.</summary>
    public byte[] Ack(ulong smallest, ulong largest, ulong credit)
    {
        var payload = new byte[64];
        var length = AckFrameWriter.Write(payload, 0, [new AckRange(smallest, largest)], credit);
        return Frame(Opcode.Ack, payload[..length]);
    }

    /// <summary>Seals the frames as one datagram.</summary>
    public byte[] Seal(bool toServer, params byte[][] frames)
    {
        var plain = frames.SelectMany(static f => f).ToArray();
        var datagram = new byte[plain.Length + DatagramSealer.Overhead];
        plain.CopyTo(datagram, 0);
        var clear = Header(plain).Opcode == Opcode.Handshake ? FrameHeader.Size + 1 : FrameHeader.Size;
        (toServer ? _toServer : _toClient).Seal(datagram, clear, plain.Length);
        return datagram;
    }

    public void Dispose()
    {
        _toServer.Dispose();
        _toClient.Dispose();
    }
}
