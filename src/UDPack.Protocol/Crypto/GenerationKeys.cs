using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace UDPack.Protocol.Crypto;

/// <summary>
/// The secret and IV of one key generation in one direction, inside the object that owns it: an idle session has no other
/// memory for keys. The AEAD is made when it is first needed and can be dropped at any time.
/// </summary>
internal struct GenerationKeys
{
    private Bytes _secretAndIv;
    private DatagramCipher? _cipher;

    /// <summary>Starts from a secret.</summary>
    public void Set(ReadOnlySpan<byte> secret32)
    {
        Span<byte> bytes = _secretAndIv;
        secret32.CopyTo(bytes);
        KeySchedule.DeriveIv(bytes[..KeySchedule.SecretSize], bytes[KeySchedule.SecretSize..]);
    }

    /// <summary>Starts from the generation before.</summary>
    public void SetNextOf(in GenerationKeys before)
    {
        ReadOnlySpan<byte> old = before._secretAndIv;
        Span<byte> secret = stackalloc byte[KeySchedule.SecretSize];
        KeySchedule.DeriveNext(old[..KeySchedule.SecretSize], secret);
        Set(secret);
        CryptographicOperations.ZeroMemory(secret);
    }

    /// <summary>The IV, exclusive-ored with the counter in its last 8 bytes.</summary>
    public readonly void WriteNonce(ReadOnlySpan<byte> counter8, Span<byte> nonce12)
    {
        ReadOnlySpan<byte> bytes = _secretAndIv;
        bytes[KeySchedule.SecretSize..].CopyTo(nonce12);
        for (var i = 0; i < 8; i++)
        {
            nonce12[4 + i] ^= counter8[i];
        }
    }

    /// <summary>The AEAD, made now if there is none.</summary>
    public DatagramCipher Cipher(ICipherFactory factory, CipherAlgorithm algorithm)
    {
        if (_cipher is null)
        {
            ReadOnlySpan<byte> bytes = _secretAndIv;
            Span<byte> key = stackalloc byte[CipherAlgorithms.MaxKeySize];
            key = key[..CipherAlgorithms.KeySize(algorithm)];
            KeySchedule.DeriveKey(bytes[..KeySchedule.SecretSize], key);
            _cipher = factory.Create(algorithm, key);
            CryptographicOperations.ZeroMemory(key);
        }

        return _cipher;
    }

    /// <summary>Drops the AEAD, which holds native memory; the next use makes it again.</summary>
    public void ReleaseCipher()
    {
        _cipher?.Dispose();
        _cipher = null;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        ReleaseCipher();
        CryptographicOperations.ZeroMemory(_secretAndIv);
    }

    [InlineArray(KeySchedule.SecretSize + CipherAlgorithms.IvSize)]
    private struct Bytes
    {
        private byte _first;
    }
}
