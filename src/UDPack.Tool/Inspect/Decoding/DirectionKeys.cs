using System.Buffers.Binary;
using UDPack.Protocol.Crypto;

namespace UDPack.Tool.Inspect.Decoding;

/// <summary>
/// The keys of one direction, in every generation: a capture may begin anywhere and bring datagrams in any order, so no generation is
/// ever forgotten.
/// </summary>
internal sealed class DirectionKeys(CipherAlgorithm algorithm, byte[] secret) : IDisposable
{
    private static readonly SystemCipherFactory Factory = new();

    private readonly List<Generation> _generations = [new Generation(secret)];
    private int _current;

    /// <summary>Whether this machine has the cipher.</summary>
    public bool IsSupported { get; } = Factory.IsSupported(algorithm);

    /// <summary>Verifies and decrypts; false if it is not of this direction. The datagram stays as it is.</summary>
    /// <param name="datagram">The whole datagram.</param>
    /// <param name="clearLength">How many bytes at its front are clear.</param>
    /// <param name="generation">The key generation, which the datagram tells modulo 256 only.</param>
    /// <param name="plaintext">What was sealed.</param>
    public bool TryOpen(ReadOnlySpan<byte> datagram, int clearLength, out int generation, out byte[] plaintext)
    {
        var end = datagram.Length - DatagramSealer.Overhead;
        var counter = datagram.Slice(end, DatagramSealer.CounterSize);
        generation = NearestTo(_current, counter[0]);
        plaintext = [];
        if (!IsSupported)
        {
            return false;
        }

        while (_generations.Count <= generation)
        {
            _generations.Add(_generations[^1].Next());
        }

        var data = datagram[clearLength..end].ToArray();
        if (!_generations[generation].TryOpen(algorithm, counter, data, datagram[(end + DatagramSealer.CounterSize)..], datagram[..clearLength]))
        {
            return false;
        }

        _current = generation;
        plaintext = data;
        return true;
    }

    public void Dispose()
    {
        foreach (var generation in _generations)
        {
            generation.Dispose();
        }
    }

    /// <summary>The sequence number behind a datagram.</summary>
    public static ulong SequenceOf(ReadOnlySpan<byte> datagram) =>
        BinaryPrimitives.ReadUInt64BigEndian(datagram[^DatagramSealer.Overhead..]) & DatagramSealer.MaxSequence;

    private static int NearestTo(int current, byte modulo256)
    {
        var nearest = (current & ~0xFF) | modulo256;
        return nearest > current + 128 && nearest >= 256 ? nearest - 256
            : nearest < current - 128 ? nearest + 256
            : nearest;
    }

    private sealed class Generation : IDisposable
    {
        private GenerationKeys _keys;

        public Generation(ReadOnlySpan<byte> secret) => _keys.Set(secret);

        private Generation()
        {
        }

        public Generation Next()
        {
            var next = new Generation();
            next._keys.SetNextOf(_keys);
            return next;
        }

        public bool TryOpen(
            CipherAlgorithm algorithm, ReadOnlySpan<byte> counter, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData)
        {
            Span<byte> nonce = stackalloc byte[CipherAlgorithms.IvSize];
            _keys.WriteNonce(counter, nonce);
            return _keys.Cipher(Factory, algorithm).TryOpen(nonce, data, tag, associatedData);
        }

        public void Dispose() => _keys.Clear();
    }
}
