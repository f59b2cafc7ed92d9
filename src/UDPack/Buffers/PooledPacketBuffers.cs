using System.Collections.Concurrent;
using System.Numerics;
using UDPack.Protocol;

namespace UDPack.Buffers;

/// <summary>
/// Packet buffers of a few sizes, kept up to a limit each; larger ones are made and left to the collector. The sizes lie close
/// enough that a packet holds no more than a small multiple of what it counts against credit. Thread-safe without locks, as
/// applications give buffers back on any thread.
/// </summary>
internal sealed class PooledPacketBuffers : PacketBufferPool
{
    private const int MaxKeptSmall = 4_096;
    private const int MaxKeptBytes = 8 << 20;
    private const int SmallestLarge = 4_096;
    private const int LargestKept = 1 << 20;

    private readonly Shelf[] _small = [new(64, MaxKeptSmall), new(256, MaxKeptSmall), new(640, MaxKeptSmall), new(1_536, MaxKeptSmall)];

    // Powers of two from 4 KiB on.
    private readonly Shelf[] _large = [.. Enumerable.Range(0, BitOperations.Log2(LargestKept / SmallestLarge) + 1)
        .Select(static i => new Shelf(SmallestLarge << i, MaxKeptBytes / (SmallestLarge << i)))];

    public override PacketBuffer Rent(int length)
    {
        var shelf = ShelfFor(length);
        var buffer = shelf?.Take() ?? new PacketBuffer(this, GC.AllocateUninitializedArray<byte>(shelf?.Size ?? length));
        buffer.Length = length;
        return buffer;
    }

    public override void Return(PacketBuffer buffer)
    {
        buffer.Next = null;
        buffer.Confirmation = null;
        buffer.IsSkipped = false;
        buffer.Number = 0;
        if (ShelfFor(buffer.Array.Length) is { } shelf && shelf.Size == buffer.Array.Length)
        {
            shelf.Keep(buffer);
        }
    }

    private Shelf? ShelfFor(int length)
    {
        foreach (var shelf in _small)
        {
            if (length <= shelf.Size)
            {
                return shelf;
            }
        }

        if (length > LargestKept)
        {
            return null;
        }

        return _large[Math.Max(0, BitOperations.Log2((uint)(length - 1)) + 1 - BitOperations.Log2(SmallestLarge))];
    }

    private sealed class Shelf(int size, int maxKept)
    {
        private readonly ConcurrentQueue<PacketBuffer> _kept = new();
        private int _count;

        public int Size { get; } = size;

        public PacketBuffer? Take()
        {
            if (!_kept.TryDequeue(out var buffer))
            {
                return null;
            }

            Interlocked.Decrement(ref _count);
            return buffer;
        }

        public void Keep(PacketBuffer buffer)
        {
            if (Interlocked.Increment(ref _count) <= maxKept)
            {
                _kept.Enqueue(buffer);
            }
            else
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }
}
