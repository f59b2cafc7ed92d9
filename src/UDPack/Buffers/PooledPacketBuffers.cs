using System.Numerics;
using UDPack.Protocol;

namespace UDPack.Buffers;

/// <summary>
/// Packet buffers of a few sizes, kept up to a limit each; larger ones are made and left to the collector. The sizes lie close
/// enough that a packet holds less than twice its length, and what is around it. As many are kept as a fast session
/// has under way, and <see cref="Trim"/> lets go of what turns out to be unused. Thread-safe without locks, as applications
/// give buffers back on any thread.
/// </summary>
/// <param name="poisons">Overwrites what comes back, and uses none of it again; see <see cref="Poison"/>.</param>
internal sealed class PooledPacketBuffers(bool poisons = false) : PacketBufferPool
{
    private const int SmallestLarge = 4_096;
    private const int LargestKept = 1 << 20;

    private readonly BufferShelf[] _small = [new(32), new(64), new(128), new(256), new(512), new(1_024), new(1_536), new(2_048)];

    // Powers of two from 4 KiB on.
    private readonly BufferShelf[] _large = [.. Enumerable.Range(0, BitOperations.Log2(LargestKept / SmallestLarge) + 1)
        .Select(static i => new BufferShelf(SmallestLarge << i))];

    /// <summary>A pool that gives back what nobody uses, whenever the collector runs.</summary>
    public static PooledPacketBuffers TrimmedByCollector(bool poisons = false)
    {
        var buffers = new PooledPacketBuffers(poisons);
        CollectionCallback.Start(buffers, static pool => ((PooledPacketBuffers)pool).Trim());
        return buffers;
    }

    public override PacketBuffer Rent(int length)
    {
        var shelf = ShelfFor(length);
        var buffer = shelf?.Take() ?? new PacketBuffer(this, GC.AllocateUninitializedArray<byte>(shelf?.Size ?? length));
        buffer.Length = length;
        return buffer;
    }

    public override int CapacityOf(int length) => ShelfFor(length)?.Size ?? length;

    public override PacketBuffer RentExact(int length) => new(this, GC.AllocateUninitializedArray<byte>(length)) { Length = length };

    public override void Return(PacketBuffer buffer)
    {
        buffer.Next = null;
        buffer.Confirmation = null;
        buffer.IsSkipped = buffer.IsValue = false;
        buffer.Number = buffer.Label = 0;
        if (poisons)
        {
            buffer.Array.AsSpan().Fill(Poison.Pattern);
            return;
        }

        if (ShelfFor(buffer.Array.Length) is { } shelf && shelf.Size == buffer.Array.Length)
        {
            shelf.Keep(buffer);
        }
    }

    /// <summary>Lets go of half of what nobody needed since the last call, so that a burst is not held for ever.</summary>
    public void Trim()
    {
        foreach (var shelf in _small)
        {
            shelf.Trim();
        }

        foreach (var shelf in _large)
        {
            shelf.Trim();
        }
    }

    private BufferShelf? ShelfFor(int length)
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
}
