namespace UDPack.Protocol.Recovery;

internal enum SentState : byte
{
    /// <summary>Nobody waits for it: it only acknowledged, or was declared lost.</summary>
    Settled,

    /// <summary>The peer has it.</summary>
    Acknowledged,

    /// <summary>Ack-eliciting and neither acknowledged nor declared lost.</summary>
    InFlight,
}

/// <summary>One sent datagram.</summary>
internal struct SentDatagram
{
    public ulong Sequence;
    public long SentAt;
    public long FirstFrame;
    public int Size;
    public int FrameCount;
    public SentState State;
}
