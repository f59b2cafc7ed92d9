namespace UDPack.Protocol.Delivery;

/// <summary>What a stream tells its application side. Called on the thread that drives the endpoint; must not block.</summary>
internal interface IStreamEvents
{
    /// <summary>
    /// A packet arrived, in order unless the stream is unordered; <see cref="PacketBuffer.Number"/> is its place. The buffer now belongs to
    /// the callee, who reports <see cref="PacketChannel.OnConsumed"/> when the application took it.
    /// </summary>
    void OnPacket(PacketChannel stream, PacketBuffer packet);

    /// <summary>The sender gave this packet up; it will not come.</summary>
    void OnPacketSkipped(PacketChannel stream, long number);

    /// <summary>A packet given to <see cref="PacketChannel.Send"/> is done with. The buffer belongs to the callee again.</summary>
    void OnPacketDone(PacketChannel stream, PacketBuffer packet, PacketFate fate);

    /// <summary>The peer's application took the stream; only for streams this side opened.</summary>
    void OnAccepted(PacketChannel stream);

    /// <summary>The peer closed its direction, and everything it sent was handed over.</summary>
    void OnReadsCompleted(PacketChannel stream);

    /// <summary>The peer waits for credit of the stream; what was consumed should be reported at once, and from now on early.</summary>
    void OnPeerBlocked(PacketChannel stream)
    {
    }

    /// <summary>This side's direction is closed: all of it and its end were acknowledged.</summary>
    void OnWritesCompleted(PacketChannel stream);

    /// <summary>The stream is over. Nothing follows but <see cref="OnPacketDone"/> for what was left.</summary>
    void OnEnded(PacketChannel stream, in StreamEnd end);
}

/// <summary>What became of a packet that was to be sent.</summary>
internal enum PacketFate : byte
{
    /// <summary>The peer has it.</summary>
    Acknowledged,

    /// <summary>Given up at its deadline. It may have arrived all the same.</summary>
    Expired,

    /// <summary>The stream or the session ended first. It may have arrived all the same.</summary>
    Lost,
}

/// <summary>How a stream ended.</summary>
internal enum StreamEndCause : byte
{
    /// <summary>Both sides closed their direction and everything was delivered.</summary>
    Completed,

    /// <summary>This side gave it up.</summary>
    Aborted,

    /// <summary>The peer gave it up.</summary>
    AbortedByPeer,

    /// <summary>Its session ended.</summary>
    SessionEnded,
}

/// <summary>How a stream ended, with the code of an abort.</summary>
internal readonly record struct StreamEnd(StreamEndCause Cause, ushort Code = 0);

/// <summary>The codes of an abort that are not the application's own.</summary>
internal static class StreamAbortCode
{
    public const ushort Cancelled = 0;
    public const ushort Refused = 1;
    public const ushort HandlerFailed = 2;
    public const ushort FirstOfApplication = 256;
}

/// <summary>How to open a stream.</summary>
/// <param name="Mode">How packets are delivered.</param>
/// <param name="Priority">0 to 7; streams of a higher one go first.</param>
/// <param name="DeadlineMicros">For <see cref="DeliveryMode.Deadline"/>: how long after it was sent a packet is given up.</param>
internal readonly record struct StreamSettings(DeliveryMode Mode = DeliveryMode.Ordered, int Priority = StreamSettings.DefaultPriority, long DeadlineMicros = long.MaxValue)
{
    public const int DefaultPriority = 3;
    public const int HighestPriority = 7;
}
