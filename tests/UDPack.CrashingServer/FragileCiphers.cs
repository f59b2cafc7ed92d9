namespace UDPack.CrashingServer;

/// <summary>The platform's ciphers, until they break. The event loop is what uses them, and nothing there expects them to.</summary>
internal sealed class FragileCiphers : ICipherFactory
{
    private readonly SystemCipherFactory _ciphers = new();
    private volatile bool _isBroken;

    public void Break() => _isBroken = true;

    public bool IsSupported(CipherAlgorithm algorithm) => _ciphers.IsSupported(algorithm);

    public DatagramCipher Create(CipherAlgorithm algorithm, ReadOnlySpan<byte> key) => new FragileCipher(this, _ciphers.Create(algorithm, key));

    private void ThrowIfBroken()
    {
        if (_isBroken)
        {
            throw new InvalidOperationException("The cipher broke.");
        }
    }

    private sealed class FragileCipher(FragileCiphers owner, DatagramCipher cipher) : DatagramCipher
    {
        public override void Seal(ReadOnlySpan<byte> nonce, Span<byte> data, Span<byte> tag, ReadOnlySpan<byte> associatedData)
        {
            owner.ThrowIfBroken();
            cipher.Seal(nonce, data, tag, associatedData);
        }

        public override bool TryOpen(ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData)
        {
            owner.ThrowIfBroken();
            return cipher.TryOpen(nonce, data, tag, associatedData);
        }

        protected override void Dispose(bool disposing)
        {
            cipher.Dispose();
            base.Dispose(disposing);
        }
    }
}
