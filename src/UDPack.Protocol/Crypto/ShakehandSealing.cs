using System.Buffers.Binary;
using System.Security.Cryptography;

namespace UDPack.Protocol.Crypto;

/// <summary>Seals a shakehand's content for the holder of a server key, and opens it (wire protocol §2).</summary>
internal static class ShakehandSealing
{
    public const byte HpkeP256 = 0x01;
    public const byte RsaOaep = 0x02;

    /// <summary>Suite and key id.</summary>
    public const int PrefixSize = 1 + 4;

    /// <summary>The AEAD key and nonce of a payload, in both suites; what a key log takes.</summary>
    public const int KeyAndNonceSize = RsaKeySize + RsaNonceSize;

    public const int AadSize = 2 + PrefixSize;

    private const int TagSize = CipherAlgorithms.TagSize;
    private const int RsaSecretSize = 32;
    private const int RsaKeySize = 16;
    private const int RsaNonceSize = 12;
    private const int SmallestRsaModulus = 256;

    private static ReadOnlySpan<byte> Info => "udpack 1 shakehand"u8;

    /// <summary>How long the payload gets.</summary>
    public static int SealedLength(ServerPublicKey key, int plaintextLength) =>
        PrefixSize + key.EncapsulatedSize + plaintextLength + TagSize;

    /// <summary>Writes the payload of a shakehand and returns its length; a key log passes room for key and nonce.</summary>
    public static int Seal(
        ServerPublicKey key,
        ushort clientId,
        ReadOnlySpan<byte> plaintext,
        Entropy entropy,
        Span<byte> destination,
        Span<byte> logged = default)
    {
        var payload = destination[..SealedLength(key, plaintext.Length)];
        payload[0] = SuiteOf(key.Kind);
        BinaryPrimitives.WriteUInt32BigEndian(payload[1..], key.KeyId);
        Span<byte> aad = stackalloc byte[AadSize];
        WriteAad(clientId, payload, aad);
        var encapsulated = payload.Slice(PrefixSize, key.EncapsulatedSize);
        var ciphertextAndTag = payload[(PrefixSize + key.EncapsulatedSize)..];
        if (key.Kind == ServerKeyKind.P256)
        {
            using var ephemeral = entropy.CreateP256Key();
            Hpke.Seal(ephemeral, key.Point, Info, aad, plaintext, encapsulated, ciphertextAndTag, logged);
        }
        else
        {
            SealRsa(key, aad, plaintext, entropy, encapsulated, ciphertextAndTag, logged);
        }

        return payload.Length;
    }

    /// <summary>Reads for which key a payload is sealed, and how, before any public-key work.</summary>
    public static bool TryReadPrefix(ReadOnlySpan<byte> payload, out byte suite, out uint keyId, out DropReason reason)
    {
        suite = 0;
        keyId = 0;
        reason = DropReason.Truncated;
        if (payload.Length < PrefixSize)
        {
            return false;
        }

        suite = payload[0];
        keyId = BinaryPrimitives.ReadUInt32BigEndian(payload[1..]);
        if (suite is not (HpkeP256 or RsaOaep))
        {
            reason = DropReason.UnknownSuite;
            return false;
        }

        return payload.Length >= PrefixSize + TagSize + (suite == HpkeP256 ? Hpke.EncapsulatedSize : SmallestRsaModulus);
    }

    /// <summary>
    /// Opens a payload; false if it is not sealed for this key and client id, whatever the cause. Never throws. A key log
    /// passes room for key and nonce, which mean something only if it opens.
    /// </summary>
    public static bool TryOpen(
        ServerKey key,
        ushort clientId,
        ReadOnlySpan<byte> payload,
        Span<byte> plaintext,
        out int written,
        Span<byte> logged = default)
    {
        written = 0;
        var publicKey = key.PublicKey;
        var length = payload.Length - SealedLength(publicKey, 0);
        if (!TryReadPrefix(payload, out var suite, out var keyId, out _)
            || suite != SuiteOf(key.Kind)
            || keyId != publicKey.KeyId
            || length < 0
            || length > plaintext.Length
            || !key.Pool.TryRent(out var handle))
        {
            return false;
        }

        Span<byte> aad = stackalloc byte[AadSize];
        WriteAad(clientId, payload, aad);
        var encapsulated = payload.Slice(PrefixSize, publicKey.EncapsulatedSize);
        var ciphertextAndTag = payload[(PrefixSize + publicKey.EncapsulatedSize)..];
        bool opened;
        try
        {
            opened = key.Kind == ServerKeyKind.P256
                ? Hpke.TryOpen(
                    (ECDiffieHellman)handle, publicKey.Point, encapsulated, Info, aad, ciphertextAndTag, plaintext[..length], logged)
                : TryOpenRsa((RSA)handle, aad, encapsulated, ciphertextAndTag, plaintext[..length], logged);
        }
        finally
        {
            key.Pool.Return(handle);
        }

        written = opened ? length : 0;
        return opened;
    }

    private static byte SuiteOf(ServerKeyKind kind) => kind == ServerKeyKind.P256 ? HpkeP256 : RsaOaep;

    /// <summary>Client id ‖ suite ‖ key id. Not the timestamp: a retry repeats the payload with a new one.</summary>
    public static void WriteAad(ushort clientId, ReadOnlySpan<byte> payload, Span<byte> aad)
    {
        BinaryPrimitives.WriteUInt16BigEndian(aad, clientId);
        payload[..PrefixSize].CopyTo(aad[2..]);
    }

    private static void SealRsa(
        ServerPublicKey key,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> plaintext,
        Entropy entropy,
        Span<byte> encapsulated,
        Span<byte> ciphertextAndTag,
        Span<byte> logged)
    {
        Span<byte> secret = stackalloc byte[RsaSecretSize];
        entropy.Fill(secret);
        using var rsa = RSA.Create();
        rsa.ImportSubjectPublicKeyInfo(key.SubjectPublicKeyInfo.Span, out _);
        rsa.Encrypt(secret, encapsulated, RSAEncryptionPadding.OaepSHA256);
        Span<byte> nonce = stackalloc byte[RsaNonceSize];
        using var aead = CreateRsaAead(secret, nonce, logged);
        CryptographicOperations.ZeroMemory(secret);
        aead.Encrypt(
            nonce, plaintext, ciphertextAndTag[..plaintext.Length], ciphertextAndTag[plaintext.Length..], aad);
    }

    private static bool TryOpenRsa(
        RSA rsa,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> encapsulated,
        ReadOnlySpan<byte> ciphertextAndTag,
        Span<byte> plaintext,
        Span<byte> logged)
    {
        // Whoever can tell a bad padding from a bad tag can decrypt with this key (Manger's attack on OAEP). So a bad
        // padding goes the same way as a good one, with a secret of zeros, and is refused at the end.
        Span<byte> unwrapped = stackalloc byte[RsaSecretSize];
        unwrapped.Clear();
        var good = TryUnwrap(rsa, encapsulated, unwrapped);
        Span<byte> nonce = stackalloc byte[RsaNonceSize];
        using var aead = CreateRsaAead(unwrapped, nonce, logged);
        CryptographicOperations.ZeroMemory(unwrapped);
        try
        {
            aead.Decrypt(nonce, ciphertextAndTag[..plaintext.Length], ciphertextAndTag[plaintext.Length..], plaintext, aad);
        }
        catch (AuthenticationTagMismatchException)
        {
            good = false;
        }

        if (!good)
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }

        return good;
    }

    private static bool TryUnwrap(RSA rsa, ReadOnlySpan<byte> encapsulated, Span<byte> secret)
    {
        // As long as OAEP's content may get for 4096 bits, so that a wrong length is no exception of its own.
        Span<byte> content = stackalloc byte[512];
        try
        {
            var good = rsa.TryDecrypt(encapsulated, content, RSAEncryptionPadding.OaepSHA256, out var length)
                && length == RsaSecretSize;
            if (good)
            {
                content[..RsaSecretSize].CopyTo(secret);
            }

            return good;
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static AesGcm CreateRsaAead(ReadOnlySpan<byte> secret, Span<byte> nonce, Span<byte> logged)
    {
        Span<byte> expanded = stackalloc byte[RsaKeySize + RsaNonceSize];
        HKDF.Expand(HashAlgorithmName.SHA256, secret, expanded, "udpack 1 rsa"u8);
        expanded[RsaKeySize..].CopyTo(nonce);
        if (!logged.IsEmpty)
        {
            expanded.CopyTo(logged);
        }

        var aead = new AesGcm(expanded[..RsaKeySize], TagSize);
        CryptographicOperations.ZeroMemory(expanded);
        return aead;
    }
}
