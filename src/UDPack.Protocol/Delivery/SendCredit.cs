namespace UDPack.Protocol.Delivery;

/// <summary>What the peer lets this side send, counted from the start.</summary>
internal struct SendCredit(long limit)
{
    /// <summary>The total allowed so far.</summary>
    public long Limit { get; private set; } = limit;

    /// <summary>The total used by packets that were started.</summary>
    public long Used { get; private set; }

    public readonly bool Allows(long cost) => cost <= Limit - Used;

    public void Use(long cost) => Used += cost;

    /// <summary>Takes a new limit; true if it is a higher one.</summary>
    public bool Raise(long limit)
    {
        if (limit <= Limit)
        {
            return false;
        }

        Limit = limit;
        return true;
    }
}
