namespace UDPack.Protocol.Delivery;

/// <summary>One packet between being queued and being acknowledged.</summary>
internal struct OutgoingPacket
{
    /// <summary>Null once the packet is done with: acknowledged, or given up.</summary>
    public PacketBuffer? Buffer;

    /// <summary>When it is given up, if it is not delivered by then.</summary>
    public long Deadline;

    public ByteRanges Acknowledged;

    /// <summary>How many bytes were sent at least once.</summary>
    public int Sent;

    /// <summary>Its length; 0 for one that was given up before it was started.</summary>
    public int Length;

    public OutgoingState State;
}

internal enum OutgoingState : byte
{
    Queued,

    /// <summary>Some of it was sent, and all of it is paid for by credit.</summary>
    Started,

    /// <summary>Given up; the peer must still be told.</summary>
    Skipped,

    /// <summary>Nothing more to do.</summary>
    Done,
}
