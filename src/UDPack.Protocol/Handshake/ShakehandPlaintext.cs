using System.Buffers.Binary;
using UDPack.Protocol.Crypto;

namespace UDPack.Protocol.Handshake;

/// <summary>What a shakehand carries under its seal (wire protocol §2). The spans point into the plaintext.</summary>
internal ref struct ShakehandPlaintext
{
    public const byte CurrentVersion = 1;

    /// <summary>Group and point of a P-256 share.</summary>
    public const int ShareSize = 1 + P256.PointSize;

    public const byte P256Group = 0x01;

    private const int SmallestRejectKey = 16;

    /// <summary>The protocol version.</summary>
    public byte Version { get; set; }

    /// <summary>The AEAD the client chose.</summary>
    public CipherAlgorithm Algorithm { get; set; }

    /// <summary>The client's random key.</summary>
    public ReadOnlySpan<byte> Key { get; set; }

    /// <summary>The client's random IV.</summary>
    public ReadOnlySpan<byte> Iv { get; set; }

    /// <summary>The application's token.</summary>
    public ReadOnlySpan<byte> Token { get; set; }

    /// <summary>Group and point of the client's ephemeral key.</summary>
    public ReadOnlySpan<byte> ClientShare { get; set; }

    /// <summary>The client's parameters.</summary>
    public TransportParameters Parameters { get; set; }

    /// <summary>
    /// Whether key and IV were read, so that a refusal can be authenticated. An attacker's short ones do not count: the
    /// refusal would be authenticated by nothing.
    /// </summary>
    public readonly bool CanAuthenticateRefusal =>
        Key.Length >= SmallestRejectKey && Iv.Length >= CipherAlgorithms.IvSize;

    /// <summary>The length of a plaintext without its parameters.</summary>
    public static int LengthWithoutParameters(CipherAlgorithm algorithm, int tokenLength) =>
        1 + 1 + 1 + CipherAlgorithms.KeySize(algorithm) + 1 + CipherAlgorithms.IvSize + 2 + tokenLength + ShareSize;

    /// <summary>
    /// Reads a plaintext. When it cannot be accepted, <paramref name="reason"/> says why, and key and IV are there all the
    /// same if they could be read: they stand in front so that every version has them in the same place.
    /// </summary>
    public static bool TryRead(
        ReadOnlySpan<byte> source, out ShakehandPlaintext plaintext, out HandshakeRejection reason)
    {
        plaintext = default;
        plaintext.Parameters = TransportParameters.Default;
        reason = HandshakeRejection.Malformed;
        if (source.Length < 2)
        {
            return false;
        }

        plaintext.Version = source[0];
        plaintext.Algorithm = (CipherAlgorithm)source[1];
        source = source[2..];
        if (!TryTake(source, out var key) || !TryTake(source[(1 + key.Length)..], out var iv))
        {
            return false;
        }

        plaintext.Key = key;
        plaintext.Iv = iv;
        source = source[(1 + key.Length + 1 + iv.Length)..];
        if (plaintext.Version != CurrentVersion)
        {
            reason = HandshakeRejection.Version;
            return false;
        }

        var keySize = CipherAlgorithms.KeySize(plaintext.Algorithm);
        if (keySize == 0)
        {
            reason = HandshakeRejection.Algorithm;
            return false;
        }

        return key.Length == keySize && iv.Length == CipherAlgorithms.IvSize && plaintext.TryReadRest(source, ref reason);
    }

    /// <summary>Writes the plaintext and returns its length.</summary>
    public readonly int Write(Span<byte> destination)
    {
        destination[0] = Version;
        destination[1] = (byte)Algorithm;
        var offset = 2;
        offset += Put(destination[offset..], Key);
        offset += Put(destination[offset..], Iv);
        BinaryPrimitives.WriteUInt16BigEndian(destination[offset..], checked((ushort)Token.Length));
        offset += 2;
        Token.CopyTo(destination[offset..]);
        offset += Token.Length;
        ClientShare.CopyTo(destination[offset..]);
        offset += ClientShare.Length;
        return offset + Parameters.Write(destination[offset..]);
    }

    private static int Put(Span<byte> destination, ReadOnlySpan<byte> value)
    {
        destination[0] = checked((byte)value.Length);
        value.CopyTo(destination[1..]);
        return 1 + value.Length;
    }

    private static bool TryTake(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> value)
    {
        var fits = !source.IsEmpty && source.Length >= 1 + source[0];
        value = fits ? source.Slice(1, source[0]) : default;
        return fits;
    }

    private bool TryReadRest(ReadOnlySpan<byte> source, ref HandshakeRejection reason)
    {
        if (source.Length < 2)
        {
            return false;
        }

        var tokenLength = BinaryPrimitives.ReadUInt16BigEndian(source);
        source = source[2..];
        if (source.Length < tokenLength + 1)
        {
            return false;
        }

        Token = source[..tokenLength];
        source = source[tokenLength..];
        if (source[0] != P256Group)
        {
            // Another group's share has a length of its own, so nothing after it can be read.
            reason = HandshakeRejection.Algorithm;
            return false;
        }

        if (source.Length < ShareSize || !P256.HasPointForm(source[1..ShareSize]))
        {
            return false;
        }

        ClientShare = source[..ShareSize];
        if (!TransportParameters.TryRead(source[ShareSize..], out var parameters))
        {
            return false;
        }

        Parameters = parameters;
        return true;
    }
}
