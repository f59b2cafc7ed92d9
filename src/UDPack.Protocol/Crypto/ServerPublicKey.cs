using System.Security.Cryptography;
using UDPack.Protocol.Crypto;

namespace UDPack;

/// <summary>A server's public key: what a client must have beforehand to connect to it.</summary>
/// <remarks>Immutable and safe to share between threads.</remarks>
public sealed class ServerPublicKey
{
    private readonly byte[] _spki;
    private readonly byte[] _spkiHash;

    private ServerPublicKey(ServerKeyKind kind, byte[] spki, int encapsulatedSize)
    {
        Kind = kind;
        EncapsulatedSize = encapsulatedSize;
        _spki = spki;
        _spkiHash = SHA256.HashData(spki);
        KeyId = (uint)((_spkiHash[0] << 24) | (_spkiHash[1] << 16) | (_spkiHash[2] << 8) | _spkiHash[3]);
    }

    /// <summary>What kind of key it is.</summary>
    public ServerKeyKind Kind { get; }

    /// <summary>
    /// The first 4 bytes of SHA-256 over <see cref="SubjectPublicKeyInfo"/>, by which a server finds the key that a
    /// shakehand was sealed for (wire protocol §2).
    /// </summary>
    public uint KeyId { get; }

    /// <summary><see cref="KeyId"/> in lower-case hexadecimal, as configuration and logs show it.</summary>
    public string KeyIdText => TextOf(KeyId);

    /// <summary>The key as a DER SubjectPublicKeyInfo; on P-256 with a named curve and an uncompressed point.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo => _spki;

    internal static string TextOf(uint keyId) => keyId.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>SHA-256 over <see cref="SubjectPublicKeyInfo"/>.</summary>
    internal ReadOnlySpan<byte> SpkiHash => _spkiHash;

    /// <summary>The size of what a shakehand carries so that the key's holder can open it.</summary>
    internal int EncapsulatedSize { get; }

    /// <summary>The point of a P-256 key: the last bytes of its SubjectPublicKeyInfo.</summary>
    internal ReadOnlySpan<byte> Point =>
        Kind == ServerKeyKind.P256 ? _spki.AsSpan(_spki.Length - P256.PointSize) : default;

    /// <summary>Reads a PEM file's "PUBLIC KEY".</summary>
    /// <exception cref="ArgumentException">The text holds no public key, or a private one.</exception>
    /// <exception cref="CryptographicException">The key is damaged, or of a kind, curve or size that is not supported.</exception>
    public static ServerPublicKey FromPem(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        if (!PemEncoding.TryFind(pem, out var fields))
        {
            throw new ArgumentException("The text is not PEM: no \"-----BEGIN PUBLIC KEY-----\" was found.", nameof(pem));
        }

        var label = pem.AsSpan()[fields.Label];
        if (label.EndsWith("PRIVATE KEY"))
        {
            throw new ArgumentException(
                "This is a private key. A client gets the server's public key; the private key stays on the server.", nameof(pem));
        }

        if (!label.SequenceEqual("PUBLIC KEY"))
        {
            throw new ArgumentException($"This PEM holds a \"{label}\"; a \"PUBLIC KEY\" (SubjectPublicKeyInfo) is needed.", nameof(pem));
        }

        return FromSubjectPublicKeyInfo(Convert.FromBase64String(pem[fields.Base64Data]));
    }

    /// <summary>Reads a DER SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).</summary>
    /// <exception cref="CryptographicException">The key is damaged, or of a kind, curve or size that is not supported.</exception>
    public static ServerPublicKey FromSubjectPublicKeyInfo(ReadOnlySpan<byte> source)
    {
        switch (DerKeys.KindOfPublicKey(source))
        {
            case ServerKeyKind.P256:
                using (var key = ECDiffieHellman.Create())
                {
                    Import(key, source);
                    return FromP256(key);
                }

            default:
                using (var key = RSA.Create())
                {
                    Import(key, source);
                    return FromRsa(key);
                }
        }
    }

    /// <summary>The key as a PEM "PUBLIC KEY".</summary>
    public string ToPem() => PemEncoding.WriteString("PUBLIC KEY", _spki);

    internal static ServerPublicKey FromP256(ECDiffieHellman key) =>
        new(ServerKeyKind.P256, DerKeys.EncodeP256(key), P256.PointSize);

    internal static ServerPublicKey FromRsa(RSA key)
    {
        if (key.KeySize is < 2048 or > 4096)
        {
            throw new CryptographicException($"An RSA key of {key.KeySize} bits is not supported: 2048 to 4096 are.");
        }

        return new(ServerKeyKind.Rsa, key.ExportSubjectPublicKeyInfo(), (key.KeySize + 7) / 8);
    }

    private static void Import(AsymmetricAlgorithm key, ReadOnlySpan<byte> source)
    {
        int read;
        try
        {
            key.ImportSubjectPublicKeyInfo(source, out read);
        }
        catch (Exception exception) when (exception is CryptographicException or PlatformNotSupportedException)
        {
            // The platform names an unknown curve by PlatformNotSupportedException, and does not read compressed points.
            throw new CryptographicException(
                "The public key is damaged, its curve is not supported, or its point is compressed (\"openssl ec -pubin -conv_form uncompressed\" expands it).",
                exception);
        }

        if (read != source.Length)
        {
            throw new CryptographicException("Bytes follow the public key.");
        }
    }
}
