namespace UDPack.Protocol.Delivery;

/// <summary>One packet between its first bytes and its delivery.</summary>
internal struct IncomingPacket
{
    public PacketBuffer? Buffer;

    public ByteRanges Received;

    /// <summary>The end of the last bytes seen: what it counts against credit, with the share of bookkeeping.</summary>
    public int High;

    /// <summary>Its length, once the last bytes were seen.</summary>
    public int Length;

    public IncomingState State;
}

internal enum IncomingState : byte
{
    /// <summary>Nothing of it arrived.</summary>
    Missing,
    Partial,
    Complete,

    /// <summary>Handed over before its turn, on an unordered stream.</summary>
    Delivered,

    /// <summary>Given up by its sender.</summary>
    Skipped,
}
