using System.Buffers.Binary;
using System.Security.Cryptography;

namespace UDPack.Protocol.Crypto;

/// <summary>
/// HPKE (RFC 9180), base mode, single shot: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM.
/// </summary>
internal static class Hpke
{
    public const int EncapsulatedSize = P256.PointSize;
    public const int TagSize = CipherAlgorithms.TagSize;

    private const int HashSize = SHA256.HashSizeInBytes;
    private const int KeySize = 16;
    private const int NonceSize = 12;
    private const int MaxInfo = 64;
    private const int LongestPart = (2 * P256.PointSize) + MaxInfo;
    private const int LongestLabelled = 64 + LongestPart;

    // Kept for the info used last: a protocol has one. Two HKDF extracts cost 6 µs of a handshake.
    private static volatile KnownContext? _context;

    // "KEM" ‖ kem_id 0x0010, and "HPKE" ‖ kem_id ‖ kdf_id 0x0001 ‖ aead_id 0x0001.
    private static ReadOnlySpan<byte> KemSuite => [0x4B, 0x45, 0x4D, 0x00, 0x10];

    private static ReadOnlySpan<byte> HpkeSuite => [0x48, 0x50, 0x4B, 0x45, 0x00, 0x10, 0x00, 0x01, 0x00, 0x01];

    private static ReadOnlySpan<byte> Version => "HPKE-v1"u8;

    /// <summary>
    /// Seals to a recipient with a fresh <paramref name="ephemeral"/> key, which must not be used again. A key log passes
    /// room for key and nonce; nobody else does.
    /// </summary>
    public static void Seal(
        ECDiffieHellman ephemeral,
        ReadOnlySpan<byte> recipientPoint,
        ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> plaintext,
        Span<byte> enc65,
        Span<byte> ciphertextAndTag,
        Span<byte> logged = default)
    {
        P256.ExportPoint(ephemeral, enc65);
        Span<byte> key = stackalloc byte[KeySize];
        Span<byte> nonce = stackalloc byte[NonceSize];
        if (!TryDeriveKeys(ephemeral, recipientPoint, enc65, recipientPoint, info, key, nonce))
        {
            throw new CryptographicException("The recipient's point is not on P-256.");
        }

        Log(key, nonce, logged);
        using var aead = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
        aead.Encrypt(
            nonce, plaintext, ciphertextAndTag[..plaintext.Length], ciphertextAndTag.Slice(plaintext.Length, TagSize), aad);
    }

    /// <summary>
    /// Opens what was sealed to the holder of <paramref name="recipient"/>; false for anything else. A key log passes room for
    /// key and nonce.
    /// </summary>
    public static bool TryOpen(
        ECDiffieHellman recipient,
        ReadOnlySpan<byte> recipientPoint,
        ReadOnlySpan<byte> enc65,
        ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> ciphertextAndTag,
        Span<byte> plaintext,
        Span<byte> logged = default)
    {
        var length = ciphertextAndTag.Length - TagSize;
        Span<byte> key = stackalloc byte[KeySize];
        Span<byte> nonce = stackalloc byte[NonceSize];
        if (length < 0 || !TryDeriveKeys(recipient, enc65, enc65, recipientPoint, info, key, nonce))
        {
            return false;
        }

        Log(key, nonce, logged);
        using var aead = new AesGcm(key, TagSize);
        CryptographicOperations.ZeroMemory(key);
        try
        {
            aead.Decrypt(nonce, ciphertextAndTag[..length], ciphertextAndTag[length..], plaintext[..length], aad);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <summary>The KEM's shared secret (RFC 9180 §4.1); both sides' context is enc ‖ recipient.</summary>
    internal static bool TryShare(
        ECDiffieHellman own,
        ReadOnlySpan<byte> peerPoint,
        ReadOnlySpan<byte> enc65,
        ReadOnlySpan<byte> recipientPoint,
        Span<byte> sharedSecret)
    {
        Span<byte> dh = stackalloc byte[P256.SecretSize];
        if (!P256.TryAgree(own, peerPoint, dh))
        {
            return false;
        }

        Span<byte> context = stackalloc byte[2 * P256.PointSize];
        enc65.CopyTo(context);
        recipientPoint.CopyTo(context[P256.PointSize..]);
        Span<byte> prk = stackalloc byte[HashSize];
        LabelledExtract(KemSuite, [], "eae_prk"u8, dh, prk);
        LabelledExpand(KemSuite, prk, "shared_secret"u8, context, sharedSecret[..HashSize]);
        CryptographicOperations.ZeroMemory(dh);
        CryptographicOperations.ZeroMemory(prk);
        return true;
    }

    /// <summary>The key schedule of base mode (RFC 9180 §5.1): no PSK, sequence number 0.</summary>
    internal static void Schedule(ReadOnlySpan<byte> sharedSecret, ReadOnlySpan<byte> info, Span<byte> key, Span<byte> nonce)
    {
        ReadOnlySpan<byte> context = ContextOf(info);
        Span<byte> secret = stackalloc byte[HashSize];
        LabelledExtract(HpkeSuite, sharedSecret, "secret"u8, [], secret);
        LabelledExpand(HpkeSuite, secret, "key"u8, context, key);
        LabelledExpand(HpkeSuite, secret, "base_nonce"u8, context, nonce);
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>Mode, hash of the absent PSK's id and hash of the info: no secrets, and the same for each use with one info.</summary>
    private static byte[] ContextOf(ReadOnlySpan<byte> info)
    {
        if (_context is { } known && info.SequenceEqual(known.Info))
        {
            return known.Context;
        }

        var context = new byte[1 + (2 * HashSize)];
        LabelledExtract(HpkeSuite, [], "psk_id_hash"u8, [], context.AsSpan(1, HashSize));
        LabelledExtract(HpkeSuite, [], "info_hash"u8, info, context.AsSpan(1 + HashSize));
        _context = new KnownContext(info.ToArray(), context);
        return context;
    }

    private static bool TryDeriveKeys(
        ECDiffieHellman own,
        ReadOnlySpan<byte> peerPoint,
        ReadOnlySpan<byte> enc65,
        ReadOnlySpan<byte> recipientPoint,
        ReadOnlySpan<byte> info,
        Span<byte> key,
        Span<byte> nonce)
    {
        Span<byte> shared = stackalloc byte[HashSize];
        if (!TryShare(own, peerPoint, enc65, recipientPoint, shared))
        {
            return false;
        }

        Schedule(shared, info, key, nonce);
        CryptographicOperations.ZeroMemory(shared);
        return true;
    }

    private static void Log(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, Span<byte> logged)
    {
        if (!logged.IsEmpty)
        {
            key.CopyTo(logged);
            nonce.CopyTo(logged[KeySize..]);
        }
    }

    private static void LabelledExtract(
        ReadOnlySpan<byte> suite, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> ikm, Span<byte> prk)
    {
        Span<byte> buffer = stackalloc byte[LongestLabelled];
        var length = Concat(buffer, Version, suite, label, ikm);
        HKDF.Extract(HashAlgorithmName.SHA256, buffer[..length], salt, prk);
        CryptographicOperations.ZeroMemory(buffer[..length]);
    }

    private static void LabelledExpand(
        ReadOnlySpan<byte> suite, ReadOnlySpan<byte> prk, ReadOnlySpan<byte> label, ReadOnlySpan<byte> info, Span<byte> output)
    {
        Span<byte> buffer = stackalloc byte[LongestLabelled];
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)output.Length);
        var length = 2 + Concat(buffer[2..], Version, suite, label, info);
        HKDF.Expand(HashAlgorithmName.SHA256, prk, output, buffer[..length]);
    }

    private static int Concat(
        Span<byte> destination,
        ReadOnlySpan<byte> first,
        ReadOnlySpan<byte> second,
        ReadOnlySpan<byte> third,
        ReadOnlySpan<byte> fourth)
    {
        first.CopyTo(destination);
        second.CopyTo(destination[first.Length..]);
        third.CopyTo(destination[(first.Length + second.Length)..]);
        fourth.CopyTo(destination[(first.Length + second.Length + third.Length)..]);
        return first.Length + second.Length + third.Length + fourth.Length;
    }

    private sealed record KnownContext(byte[] Info, byte[] Context);
}
