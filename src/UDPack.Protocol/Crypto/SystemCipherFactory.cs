using System.Security.Cryptography;
using UDPack.Protocol.Crypto;

namespace UDPack;

/// <summary>The platform's AEADs: <see cref="AesGcm"/> and <see cref="ChaCha20Poly1305"/>.</summary>
public sealed class SystemCipherFactory : ICipherFactory
{
    /// <inheritdoc/>
    public bool IsSupported(CipherAlgorithm algorithm) => algorithm switch
    {
        CipherAlgorithm.Aes128Gcm or CipherAlgorithm.Aes256Gcm => AesGcm.IsSupported,
        CipherAlgorithm.ChaCha20Poly1305 => ChaCha20Poly1305.IsSupported,
        _ => false,
    };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The key does not have the algorithm's size.</exception>
    /// <exception cref="PlatformNotSupportedException">The algorithm is not supported here.</exception>
    public DatagramCipher Create(CipherAlgorithm algorithm, ReadOnlySpan<byte> key)
    {
        if (!IsSupported(algorithm))
        {
            throw new PlatformNotSupportedException($"This platform does not support {algorithm}.");
        }

        if (key.Length != CipherAlgorithms.KeySize(algorithm))
        {
            throw new ArgumentException(
                $"{algorithm} takes a key of {CipherAlgorithms.KeySize(algorithm)} bytes, not {key.Length}.", nameof(key));
        }

        return algorithm == CipherAlgorithm.ChaCha20Poly1305 ? new ChaChaCipher(key) : new AesGcmCipher(key);
    }
}
