using System.Buffers.Binary;
using System.Security.Cryptography;

namespace UDPack.Protocol.Crypto;

/// <summary>Every key of a session, from what the handshake put on the wire and what it kept secret.</summary>
internal static class KeySchedule
{
    public const int SecretSize = 32;
    public const int ServerShareSize = 1 + P256.PointSize;

    private const int MaxKeyAndIv = 2 * 255;

    /// <summary>The two secrets that a handshake yields, one per direction.</summary>
    /// <param name="serverSpkiHash">SHA-256 over the server key's DER SubjectPublicKeyInfo.</param>
    /// <param name="shakehandHash">SHA-256 over the shakehand's payload.</param>
    /// <param name="clientId">The client's half of the session id.</param>
    /// <param name="serverId">The server's half of the session id.</param>
    /// <param name="serverShare66">Group and point of the server's share, as they stand in the reply.</param>
    /// <param name="key">The key from the shakehand.</param>
    /// <param name="iv">The IV from the shakehand.</param>
    /// <param name="ecdh32">The agreement of the client's share with the server's.</param>
    /// <param name="clientToServer32">Receives the secret of what the client sends.</param>
    /// <param name="serverToClient32">Receives the secret of what the server sends.</param>
    public static void DeriveSecrets(
        ReadOnlySpan<byte> serverSpkiHash,
        ReadOnlySpan<byte> shakehandHash,
        ushort clientId,
        ushort serverId,
        ReadOnlySpan<byte> serverShare66,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> iv,
        ReadOnlySpan<byte> ecdh32,
        Span<byte> clientToServer32,
        Span<byte> serverToClient32)
    {
        if (serverSpkiHash.Length != 32 || shakehandHash.Length != 32 || serverShare66.Length != ServerShareSize
            || ecdh32.Length != P256.SecretSize)
        {
            throw new ArgumentException("An input of the key schedule has the wrong length.");
        }

        // Everything before the ids has one fixed length, so the transcript cannot be read in two ways.
        var label = "udpack 1"u8;
        Span<byte> transcript = stackalloc byte[label.Length + 32 + 32 + 4 + ServerShareSize];
        label.CopyTo(transcript);
        var rest = transcript[label.Length..];
        serverSpkiHash.CopyTo(rest);
        shakehandHash.CopyTo(rest[32..]);
        BinaryPrimitives.WriteUInt16BigEndian(rest[64..], clientId);
        BinaryPrimitives.WriteUInt16BigEndian(rest[66..], serverId);
        serverShare66.CopyTo(rest[68..]);

        Span<byte> transcriptHash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(transcript, transcriptHash);

        Span<byte> prk = stackalloc byte[SecretSize];
        Extract(transcriptHash, key, iv, ecdh32, prk);
        Expand(prk, "udpack 1 c2s"u8, clientToServer32[..SecretSize]);
        Expand(prk, "udpack 1 s2c"u8, serverToClient32[..SecretSize]);
        CryptographicOperations.ZeroMemory(prk);
    }

    /// <summary>The secret under which a refusal is authenticated: both sides have it before any ECDH.</summary>
    public static void DeriveReject(
        ReadOnlySpan<byte> shakehandHash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, Span<byte> secret32)
    {
        Span<byte> prk = stackalloc byte[SecretSize];
        Extract(shakehandHash, key, iv, [], prk);
        Expand(prk, "udpack 1 reject"u8, secret32[..SecretSize]);
        CryptographicOperations.ZeroMemory(prk);
    }

    /// <summary>The AEAD key of a secret; <paramref name="key"/> has the algorithm's size.</summary>
    public static void DeriveKey(ReadOnlySpan<byte> secret32, Span<byte> key) => Expand(secret32, "key"u8, key);

    /// <summary>The IV of a secret.</summary>
    public static void DeriveIv(ReadOnlySpan<byte> secret32, Span<byte> iv12) => Expand(secret32, "iv"u8, iv12);

    /// <summary>The next generation's secret; the two spans may not overlap.</summary>
    public static void DeriveNext(ReadOnlySpan<byte> secret32, Span<byte> next32) => Expand(secret32, "next"u8, next32);

    private static void Expand(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, Span<byte> output) =>
        HKDF.Expand(HashAlgorithmName.SHA256, secret, output, label);

    private static void Extract(
        ReadOnlySpan<byte> salt, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ecdh, Span<byte> prk)
    {
        Span<byte> buffer = stackalloc byte[MaxKeyAndIv + P256.SecretSize];
        key.CopyTo(buffer);
        iv.CopyTo(buffer[key.Length..]);
        ecdh.CopyTo(buffer[(key.Length + iv.Length)..]);
        var ikm = buffer[..(key.Length + iv.Length + ecdh.Length)];
        HKDF.Extract(HashAlgorithmName.SHA256, ikm, salt, prk);
        CryptographicOperations.ZeroMemory(ikm);
    }
}
