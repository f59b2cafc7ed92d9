namespace UDPack.Protocol.Recovery;

internal enum SentState : byte
{
    /// <summary>Nobody waits for it: it only acknowledged.</summary>
    AckOnly,

    /// <summary>Ack-eliciting and neither acknowledged nor declared lost.</summary>
    InFlight,

    /// <summary>The peer has it.</summary>
    Acknowledged,

    /// <summary>Declared lost, and remembered for a while in case it was only late.</summary>
    Lost,
}

/// <summary>One sent datagram, with what a delivery rate sample needs of the moment it left.</summary>
internal struct SentDatagram
{
    public ulong Sequence;
    public long SentAt;

    /// <summary>The absolute position of its first frame.</summary>
    public long FirstFrame;

    /// <summary>What the path had delivered when it left, when that was last known, and when the newest delivered one had left.</summary>
    public long Delivered;
    public long DeliveredAt;
    public long FirstSentAt;

    /// <summary>What had been lost when it left.</summary>
    public long Lost;

    /// <summary>What was in flight with it.</summary>
    public long InFlight;

    public int Size;
    public int FrameCount;

    /// <summary>From here so many datagrams are known to be acknowledged; 0 if that was never counted.</summary>
    public int AcknowledgedRun;

    public SentState State;
    public bool IsMtuProbe;
    public bool AppLimited;
}
