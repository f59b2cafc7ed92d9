namespace UDPack;

/// <summary>How to open a stream.</summary>
public sealed class UdpackStreamOptions
{
    /// <summary>How packets are delivered, in both directions. Default <see cref="DeliveryMode.Ordered"/>.</summary>
    public DeliveryMode Delivery { get; set; } = DeliveryMode.Ordered;

    /// <summary>
    /// For <see cref="DeliveryMode.Deadline"/>, and required there: how long after it was accepted a packet of this side is given up if the
    /// peer has not acknowledged it. At least 1 ms.
    /// </summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>0 to 7: what this side sends on streams of a higher priority goes first; streams of one priority take turns. Default 3, which the session's own channel has, too.</summary>
    public int Priority { get; set; } = 3;

    /// <summary>
    /// How much the stream holds for sending before <c>SendAsync</c> waits, in bytes, besides twice the congestion window; null for the session's
    /// <see cref="UdpackSessionOptions.SendBufferBytes"/>. Each stream has a buffer of its own.
    /// </summary>
    public int? SendBufferBytes { get; set; }
}
