using System.Collections.Concurrent;
using UDPack.Protocol;

namespace UDPack.Buffers;

/// <summary>The buffers of one size that wait to be used again.</summary>
internal sealed class BufferShelf(int size)
{
    /// <summary>What sessions with the default limits have under way. Less, and a session on a fast path would make and throw away buffers without end.</summary>
    private const int MaxKeptBytes = 16 << 20;

    private readonly ConcurrentQueue<PacketBuffer> _kept = new();
    private readonly int _maxKept = MaxKeptBytes / (size + PacketBuffer.Overhead);
    private int _count;

    // The fewest that were here since the last trim: so many nobody needed. Races cost precision and nothing else.
    private int _leastCount;

    public int Size { get; } = size;

    public int Count => Volatile.Read(ref _count);

    public PacketBuffer? Take()
    {
        if (!_kept.TryDequeue(out var buffer))
        {
            _leastCount = 0;
            return null;
        }

        var left = Interlocked.Decrement(ref _count);
        if (left < _leastCount)
        {
            _leastCount = left;
        }

        return buffer;
    }

    public void Keep(PacketBuffer buffer)
    {
        if (Interlocked.Increment(ref _count) <= _maxKept)
        {
            _kept.Enqueue(buffer);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }

    public void Trim()
    {
        for (var unused = (_leastCount + 1) / 2; unused > 0 && _kept.TryDequeue(out _); unused--)
        {
            Interlocked.Decrement(ref _count);
        }

        _leastCount = Count;
    }
}
