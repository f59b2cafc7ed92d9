using System.Security.Cryptography;

namespace UDPack.Protocol.Crypto;

/// <summary>The little of DER that is needed to tell keys apart and to write P-256 keys in one form only.</summary>
internal static class DerKeys
{
    // SubjectPublicKeyInfo of a P-256 key up to its point: id-ecPublicKey, prime256v1, BIT STRING of 66 bytes (RFC 5480 §2).
    private static ReadOnlySpan<byte> P256Prefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];

    // OBJECT IDENTIFIER id-ecPublicKey and rsaEncryption, with tag and length.
    private static ReadOnlySpan<byte> EcPublicKey => [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];

    private static ReadOnlySpan<byte> RsaEncryption => [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];

    /// <summary>The kind of a SubjectPublicKeyInfo: SEQUENCE { SEQUENCE { algorithm, … }, … }.</summary>
    public static ServerKeyKind KindOfPublicKey(ReadOnlySpan<byte> spki) =>
        KindOf(SkipHeader(SkipHeader(spki, 0x30), 0x30));

    /// <summary>The kind of a PKCS#8 PrivateKeyInfo: SEQUENCE { INTEGER version, SEQUENCE { algorithm, … }, … }.</summary>
    public static ServerKeyKind KindOfPrivateKey(ReadOnlySpan<byte> pkcs8)
    {
        var body = SkipHeader(pkcs8, 0x30);
        var version = SkipHeader(body, 0x02);
        return KindOf(SkipHeader(version.Length < 1 ? default : version[1..], 0x30));
    }

    /// <summary>
    /// The key as a SubjectPublicKeyInfo with a named curve and an uncompressed point, however it was written before:
    /// the key id and the key schedule hash these bytes, so both sides need the same ones.
    /// </summary>
    public static byte[] EncodeP256(ECDiffieHellman key)
    {
        var parameters = key.ExportParameters(false);
        if (!IsP256(parameters.Curve))
        {
            throw new CryptographicException($"The curve {parameters.Curve.Oid?.FriendlyName ?? "of this key"} is not supported: P-256 is.");
        }

        var spki = new byte[P256Prefix.Length + P256.PointSize];
        P256Prefix.CopyTo(spki);
        P256.Encode(parameters.Q, spki.AsSpan(P256Prefix.Length));
        return spki;
    }

    /// <summary>By name, or by its parameters where they are written out.</summary>
    private static bool IsP256(ECCurve curve)
    {
        if (curve.IsNamed)
        {
            return curve.Oid.Value == "1.2.840.10045.3.1.7" || (curve.Oid.Value is null && curve.Oid.FriendlyName == "nistP256");
        }

        if (!curve.IsPrime)
        {
            return false;
        }

        using var reference = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var p256 = reference.ExportExplicitParameters(false).Curve;
        return Same(curve.Prime, p256.Prime) && Same(curve.A, p256.A) && Same(curve.B, p256.B)
            && Same(curve.G.X, p256.G.X) && Same(curve.G.Y, p256.G.Y) && Same(curve.Order, p256.Order);
    }

    private static bool Same(byte[]? left, byte[]? right) =>
        left is not null && right is not null && left.AsSpan().TrimStart((byte)0).SequenceEqual(right.AsSpan().TrimStart((byte)0));

    private static ServerKeyKind KindOf(ReadOnlySpan<byte> algorithm) =>
        algorithm.StartsWith(EcPublicKey) ? ServerKeyKind.P256
        : algorithm.StartsWith(RsaEncryption) ? ServerKeyKind.Rsa
        : throw new CryptographicException("The key is damaged, or neither an elliptic-curve nor an RSA key.");

    /// <summary>What follows a tag and its length; nothing if the tag is another one.</summary>
    private static ReadOnlySpan<byte> SkipHeader(ReadOnlySpan<byte> der, byte tag)
    {
        if (der.Length < 2 || der[0] != tag)
        {
            return default;
        }

        var header = 2 + (der[1] < 0x80 ? 0 : der[1] & 0x7F);
        return der.Length < header ? default : der[header..];
    }
}
