using System.Buffers.Binary;

namespace UDPack.Protocol.Crypto;

/// <summary>Opens the datagrams of one direction: each number once, in the previous, current and next key generation.</summary>
internal sealed class DatagramOpener : IDisposable
{
    private readonly ICipherFactory _factory;
    private readonly CipherAlgorithm _algorithm;
    private ReplayWindow _window;
    private GenerationKeys _previous;
    private GenerationKeys _current;

    // Made when the first datagram asks for it: most sessions end before, and a handshake need not pay for it.
    private GenerationKeys _next;
    private bool _hasNext;
    private bool _disposed;

    public DatagramOpener(ICipherFactory factory, CipherAlgorithm algorithm, ReadOnlySpan<byte> secret32)
    {
        _factory = factory;
        _algorithm = algorithm;
        _current.Set(secret32[..KeySchedule.SecretSize]);
    }

    /// <summary>The current key generation, from 0.</summary>
    public uint Generation { get; private set; }

    /// <summary>Whether the last datagram opened moved to the next generation.</summary>
    public bool AdvancedGeneration { get; private set; }

    /// <summary>Whether datagrams of the generation before the current one are still opened.</summary>
    public bool HasPreviousGeneration { get; private set; }

    /// <summary>How many datagrams did not verify, in all generations together (RFC 9001 §6.6).</summary>
    public ulong FailedOpens { get; private set; }

    /// <summary>The largest number opened, 0 before the first.</summary>
    public ulong LargestSequence => _window.Largest;

    /// <summary>
    /// Verifies a datagram and decrypts it in place. <paramref name="clearLength"/> bytes at its front are clear.
    /// Nothing changes, but for <see cref="FailedOpens"/>, unless the result is <see cref="OpenResult.Ok"/>.
    /// </summary>
    public OpenResult TryOpen(Span<byte> datagram, int clearLength, out ulong sequence, out Span<byte> plaintext)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        sequence = 0;
        plaintext = default;
        if (datagram.Length < clearLength + DatagramSealer.Overhead)
        {
            return OpenResult.Truncated;
        }

        var end = datagram.Length - DatagramSealer.Overhead;
        var counter = datagram.Slice(end, DatagramSealer.CounterSize);
        sequence = BinaryPrimitives.ReadUInt64BigEndian(counter) & DatagramSealer.MaxSequence;
        ref var keys = ref _current;
        var isNext = false;
        if (counter[0] != (byte)Generation)
        {
            isNext = counter[0] == (byte)(Generation + 1);
            if (!isNext && !(HasPreviousGeneration && counter[0] == (byte)(Generation - 1)))
            {
                return OpenResult.UnknownGeneration;
            }

            keys = ref isNext ? ref _next : ref _previous;
        }

        if (!_window.IsNew(sequence))
        {
            return OpenResult.Replayed;
        }

        if (isNext && !_hasNext)
        {
            _next.SetNextOf(_current);
            _hasNext = true;
        }

        Span<byte> nonce = stackalloc byte[CipherAlgorithms.IvSize];
        keys.WriteNonce(counter, nonce);
        var cipher = keys.Cipher(_factory, _algorithm);
        var data = datagram[clearLength..end];
        if (!cipher.TryOpen(nonce, data, datagram[(end + DatagramSealer.CounterSize)..], datagram[..clearLength]))
        {
            FailedOpens++;
            return OpenResult.NotAuthentic;
        }

        _window.Commit(sequence);
        AdvancedGeneration = isNext;
        if (isNext)
        {
            Advance();
        }

        plaintext = data;
        return OpenResult.Ok;
    }

    /// <summary>Forgets the generation before the current one; late datagrams of it are dropped from now on.</summary>
    public void DropPreviousGeneration()
    {
        HasPreviousGeneration = false;
        _previous.Clear();
    }

    /// <summary>Drops the AEADs of an idle session; the next use makes them again.</summary>
    public void ReleaseCipher()
    {
        _previous.ReleaseCipher();
        _current.ReleaseCipher();
        _next.ReleaseCipher();
    }

    public void Dispose()
    {
        _disposed = true;
        DropPreviousGeneration();
        _current.Clear();
        _next.Clear();
    }

    private void Advance()
    {
        _previous.Clear();

        // Moved, not shared: the AEADs go along with their secrets.
        _previous = _current;
        _current = _next;
        _next = default;
        _hasNext = false;
        HasPreviousGeneration = true;
        Generation++;
    }
}
