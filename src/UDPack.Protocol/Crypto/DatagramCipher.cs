namespace UDPack;

/// <summary>One AEAD with its key: 12-byte nonces, 16-byte tags, data sealed and opened in place.</summary>
/// <remarks>Not thread-safe.</remarks>
public abstract class DatagramCipher : IDisposable
{
    /// <summary>Encrypts <paramref name="data"/> in place and writes its tag.</summary>
    public abstract void Seal(
        ReadOnlySpan<byte> nonce, Span<byte> data, Span<byte> tag, ReadOnlySpan<byte> associatedData);

    /// <summary>
    /// Verifies and decrypts <paramref name="data"/> in place. Returns false, and does not throw, when the tag does not
    /// fit: <paramref name="data"/> then holds zeros or the ciphertext, never plaintext that was not verified.
    /// </summary>
    public abstract bool TryOpen(
        ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData);

    /// <summary>Forgets the key.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the cipher holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
