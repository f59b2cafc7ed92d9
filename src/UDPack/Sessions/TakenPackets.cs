using UDPack.Protocol.Delivery;

namespace UDPack.Sessions;

/// <summary>What the application took and the loop does not know yet. Added to by any thread, taken by the loop.</summary>
internal struct TakenPackets
{
    private long _cost;
    private long _memory;

    public bool HasAny => Volatile.Read(ref _cost) > 0;

    /// <summary>Returns what they all count against credit now.</summary>
    public long Add(in Taken taken)
    {
        // The memory first: what the loop finds in the cost has its memory in the books already.
        Interlocked.Add(ref _memory, taken.Memory);
        return Interlocked.Add(ref _cost, taken.Cost);
    }

    public Taken TakeAll() => new(Interlocked.Exchange(ref _cost, 0), Interlocked.Exchange(ref _memory, 0));
}
