using System.Security.Cryptography;

namespace UDPack.Protocol.Crypto;

/// <summary>ChaCha20-Poly1305 of the platform.</summary>
internal sealed class ChaChaCipher(ReadOnlySpan<byte> key) : SystemCipher
{
    private readonly ChaCha20Poly1305 _aead = new(key);

    protected override void Encrypt(
        ReadOnlySpan<byte> nonce, Span<byte> data, Span<byte> tag, ReadOnlySpan<byte> associatedData) =>
        _aead.Encrypt(nonce, data, data, tag, associatedData);

    protected override void Decrypt(
        ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData) =>
        _aead.Decrypt(nonce, data, tag, data, associatedData);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _aead.Dispose();
        }

        base.Dispose(disposing);
    }
}
