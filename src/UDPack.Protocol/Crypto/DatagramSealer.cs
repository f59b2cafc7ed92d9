using System.Buffers.Binary;

namespace UDPack.Protocol.Crypto;

/// <summary>Seals the datagrams of one direction: numbers them and encrypts them in place.</summary>
internal sealed class DatagramSealer : IDisposable
{
    /// <summary>What sealing adds to a datagram: counter and tag.</summary>
    public const int Overhead = CounterSize + CipherAlgorithms.TagSize;

    public const int CounterSize = 8;

    /// <summary>Sequence numbers have 56 bits.</summary>
    public const ulong MaxSequence = (1UL << 56) - 1;

    private readonly ICipherFactory _factory;
    private readonly CipherAlgorithm _algorithm;
    private GenerationKeys _keys;
    private bool _disposed;

    public DatagramSealer(ICipherFactory factory, CipherAlgorithm algorithm, ReadOnlySpan<byte> secret32)
    {
        _factory = factory;
        _algorithm = algorithm;
        _keys.Set(secret32[..KeySchedule.SecretSize]);
    }

    /// <summary>The number the next datagram gets.</summary>
    public ulong NextSequence { get; private set; }

    /// <summary>The key generation in use, from 0.</summary>
    public uint Generation { get; private set; }

    /// <summary>How many datagrams were sealed in this generation.</summary>
    public ulong SealedInGeneration { get; private set; }

    /// <summary>
    /// Encrypts <paramref name="datagram"/> from <paramref name="clearLength"/> to <paramref name="length"/> in place,
    /// with what is before as associated data, and appends counter and tag.
    /// </summary>
    /// <returns>The length of the sealed datagram: <paramref name="length"/> + <see cref="Overhead"/>.</returns>
    public int Seal(Span<byte> datagram, int clearLength, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (NextSequence > MaxSequence)
        {
            throw new InvalidOperationException("The sequence numbers of this direction are used up.");
        }

        var counter = datagram.Slice(length, CounterSize);
        var tag = datagram.Slice(length + CounterSize, CipherAlgorithms.TagSize);
        BinaryPrimitives.WriteUInt64BigEndian(counter, ((ulong)(byte)Generation << 56) | NextSequence);
        Span<byte> nonce = stackalloc byte[CipherAlgorithms.IvSize];
        _keys.WriteNonce(counter, nonce);

        // Counted first: a number that may have met its key is never used again, whatever the AEAD does.
        NextSequence++;
        SealedInGeneration++;
        _keys.Cipher(_factory, _algorithm).Seal(nonce, datagram[clearLength..length], tag, datagram[..clearLength]);
        return length + Overhead;
    }

    /// <summary>Leaves a number out, so that a peer that acknowledges it has lied.</summary>
    public void SkipSequence() => NextSequence++;

    /// <summary>Moves to the next key generation.</summary>
    public void AdvanceGeneration()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _keys.ReleaseCipher();
        _keys.SetNextOf(_keys);
        Generation++;
        SealedInGeneration = 0;
    }

    /// <summary>Drops the AEAD of an idle session; the next use makes it again.</summary>
    public void ReleaseCipher() => _keys.ReleaseCipher();

    public void Dispose()
    {
        _disposed = true;
        _keys.Clear();
    }
}
