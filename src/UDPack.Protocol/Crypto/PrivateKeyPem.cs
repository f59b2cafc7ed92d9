using System.Security.Cryptography;

namespace UDPack.Protocol.Crypto;

/// <summary>Takes a PKCS#8 private key out of its PEM, decrypted.</summary>
internal static class PrivateKeyPem
{
    /// <summary>The PrivateKeyInfo in DER; the caller zeroes it.</summary>
    public static byte[] Decode(string pem, string? password)
    {
        if (!PemEncoding.TryFind(pem, out var fields))
        {
            throw new ArgumentException("The text is not PEM: no \"-----BEGIN PRIVATE KEY-----\" was found.", nameof(pem));
        }

        var encoded = new byte[fields.DecodedDataLength];
        if (!Convert.TryFromBase64Chars(pem.AsSpan()[fields.Base64Data], encoded, out var length))
        {
            throw new ArgumentException("The PEM is damaged.", nameof(pem));
        }

        switch (pem[fields.Label])
        {
            case "PRIVATE KEY":
                return encoded;
            case "ENCRYPTED PRIVATE KEY" when password is null:
                throw new ArgumentException("The private key is encrypted: its password is needed.", nameof(password));
            case "ENCRYPTED PRIVATE KEY":
                return Decrypt(encoded.AsSpan(0, length), password);
            case "PUBLIC KEY":
                throw new ArgumentException("This is a public key. A server needs the private one.", nameof(pem));
            case var label:
                CryptographicOperations.ZeroMemory(encoded);
                throw new ArgumentException(
                    $"This PEM holds a \"{label}\"; a PKCS#8 \"PRIVATE KEY\" is needed. \"openssl pkcs8 -topk8 -nocrypt\" converts most keys.",
                    nameof(pem));
        }
    }

    /// <summary>The kind of key shows only after decryption, and only an import decrypts: so each kind is tried.</summary>
    private static byte[] Decrypt(ReadOnlySpan<byte> encrypted, string password)
    {
        using var ec = ECDiffieHellman.Create();
        if (TryDecrypt(ec, encrypted, password, out _) is { } ecKey)
        {
            return ecKey;
        }

        using var rsa = RSA.Create();
        return TryDecrypt(rsa, encrypted, password, out var cause)
            ?? throw new CryptographicException(
                "The private key does not decrypt: wrong password, a damaged file, or neither an elliptic-curve nor an RSA key.", cause);
    }

    private static byte[]? TryDecrypt(
        AsymmetricAlgorithm key, ReadOnlySpan<byte> encrypted, string password, out Exception? cause)
    {
        cause = null;
        try
        {
            key.ImportEncryptedPkcs8PrivateKey(password, encrypted, out _);
            return key.ExportPkcs8PrivateKey();
        }
        catch (Exception exception) when (exception is CryptographicException or PlatformNotSupportedException)
        {
            cause = exception;
            return null;
        }
    }
}
