using System.Collections.Concurrent;
using UDPack.Protocol;

namespace UDPack.Buffers;

/// <summary>
/// Packet buffers of two sizes, kept up to a limit each; larger ones are made and left to the collector. Thread-safe
/// without locks, as applications give buffers back on any thread.
/// </summary>
internal sealed class PooledPacketBuffers : PacketBufferPool
{
    private const int SmallSize = 256;
    private const int LargeSize = 1_536;
    private const int MaxKept = 4_096;

    private readonly ConcurrentQueue<PacketBuffer> _small = new();
    private readonly ConcurrentQueue<PacketBuffer> _large = new();
    private int _smallKept;
    private int _largeKept;

    public override PacketBuffer Rent(int length)
    {
        var buffer = length switch
        {
            <= SmallSize => Take(_small, ref _smallKept) ?? new PacketBuffer(this, new byte[SmallSize]),
            <= LargeSize => Take(_large, ref _largeKept) ?? new PacketBuffer(this, new byte[LargeSize]),
            _ => new PacketBuffer(this, new byte[length]),
        };
        buffer.Length = length;
        return buffer;
    }

    public override void Return(PacketBuffer buffer)
    {
        buffer.Next = null;
        buffer.Confirmation = null;
        switch (buffer.Array.Length)
        {
            case SmallSize:
                Keep(_small, ref _smallKept, buffer);
                break;
            case LargeSize:
                Keep(_large, ref _largeKept, buffer);
                break;
        }
    }

    private static PacketBuffer? Take(ConcurrentQueue<PacketBuffer> kept, ref int count)
    {
        if (!kept.TryDequeue(out var buffer))
        {
            return null;
        }

        Interlocked.Decrement(ref count);
        return buffer;
    }

    private static void Keep(ConcurrentQueue<PacketBuffer> kept, ref int count, PacketBuffer buffer)
    {
        if (Interlocked.Increment(ref count) <= MaxKept)
        {
            kept.Enqueue(buffer);
        }
        else
        {
            Interlocked.Decrement(ref count);
        }
    }
}
