using System.Text;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>Shakehand datagrams, good and bad, made without a client endpoint.</summary>
internal static class Shakehands
{
    /// <summary>What stands in a good plaintext, to be changed by a test.</summary>
    public static byte[] Plaintext(Entropy entropy, string token = "secret", CipherAlgorithm algorithm = CipherAlgorithm.Aes256Gcm)
    {
        var keySize = CipherAlgorithms.KeySize(algorithm);
        var keyAndIv = new byte[keySize + CipherAlgorithms.IvSize];
        entropy.Fill(keyAndIv);
        using var share = entropy.CreateP256Key();
        var clientShare = new byte[ShakehandPlaintext.ShareSize];
        clientShare[0] = ShakehandPlaintext.P256Group;
        P256.ExportPoint(share, clientShare.AsSpan(1));
        var content = new ShakehandPlaintext
        {
            Version = ShakehandPlaintext.CurrentVersion,
            Algorithm = algorithm,
            Key = keyAndIv.AsSpan(0, keySize),
            Iv = keyAndIv.AsSpan(keySize),
            Token = Encoding.UTF8.GetBytes(token),
            ClientShare = clientShare,
            Parameters = TransportParameters.Default,
        };
        var buffer = new byte[Session.DatagramSize];
        return buffer[..content.Write(buffer)];
    }

    /// <summary>Seals a plaintext into the payload of a shakehand.</summary>
    public static byte[] Payload(Pair pair, ushort clientId, byte[] plaintext, ServerPublicKey? key = null)
    {
        key ??= pair.Key.PublicKey;
        var payload = new byte[ShakehandSealing.SealedLength(key, plaintext.Length)];
        ShakehandSealing.Seal(key, clientId, plaintext, pair.ClientEntropy, payload);
        return payload;
    }

    /// <summary>The whole datagram.</summary>
    public static byte[] Datagram(uint sessionId, byte[] payload, params byte[] trailer)
    {
        var datagram = new byte[FrameHeader.Size + payload.Length + trailer.Length];
        new FrameHeader(sessionId, 0, FrameFlags.None, Opcode.Shakehand, (ushort)payload.Length).Write(datagram);
        payload.CopyTo(datagram, FrameHeader.Size);
        trailer.CopyTo(datagram, FrameHeader.Size + payload.Length);
        return datagram;
    }

    /// <summary>A datagram that a server accepts.</summary>
    public static byte[] Good(Pair pair, ushort clientId = 0x1234) =>
        Datagram((uint)clientId << 16, Payload(pair, clientId, Plaintext(pair.ClientEntropy)));

    /// <summary>A datagram that costs the server nothing to make up and passes every check before the public-key work.</summary>
    public static byte[] Junk(Pair pair, ushort clientId, int random)
    {
        var payload = new byte[250];
        payload[0] = ShakehandSealing.HpkeP256;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(1), pair.Key.PublicKey.KeyId);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(100), random);
        return Datagram((uint)clientId << 16, payload);
    }

    /// <summary>An address of its own for every number.</summary>
    public static PeerAddress Address(int number) => PeerAddress.FromIPv4(0x0B_00_00_00u + (uint)number, 5000);
}
