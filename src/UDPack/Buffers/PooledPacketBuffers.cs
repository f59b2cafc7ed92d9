using System.Collections.Concurrent;
using UDPack.Protocol;

namespace UDPack.Buffers;

/// <summary>
/// Packet buffers of a few sizes, kept up to a limit each; larger ones are made and left to the collector. The sizes lie close
/// enough that a packet holds no more than a small multiple of what it counts against credit. Thread-safe without locks, as
/// applications give buffers back on any thread.
/// </summary>
internal sealed class PooledPacketBuffers : PacketBufferPool
{
    private const int MaxKept = 4_096;

    private readonly Shelf[] _shelves = [new(64), new(256), new(640), new(1_536)];

    public override PacketBuffer Rent(int length)
    {
        foreach (var shelf in _shelves)
        {
            if (length <= shelf.Size)
            {
                var buffer = shelf.Take() ?? new PacketBuffer(this, new byte[shelf.Size]);
                buffer.Length = length;
                return buffer;
            }
        }

        return new PacketBuffer(this, new byte[length]) { Length = length };
    }

    public override void Return(PacketBuffer buffer)
    {
        buffer.Next = null;
        buffer.Confirmation = null;
        foreach (var shelf in _shelves)
        {
            if (buffer.Array.Length == shelf.Size)
            {
                shelf.Keep(buffer);
                return;
            }
        }
    }

    private sealed class Shelf(int size)
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
            if (Interlocked.Increment(ref _count) <= MaxKept)
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
