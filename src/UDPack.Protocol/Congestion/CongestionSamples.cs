namespace UDPack.Protocol.Congestion;

/// <summary>What a controller learns when a datagram leaves.</summary>
internal struct SendSample
{
    public long Now;
    public int Size;

    /// <summary>Without the datagram itself.</summary>
    public long InFlight;
    public long SmoothedRtt;

    /// <summary>Whether the sender had, before this one, run out of things to send.</summary>
    public bool AppLimited;
}

/// <summary>What a controller learns from an ack; "the newest" is the datagram sent last of those newly acknowledged.</summary>
internal struct AckSample
{
    public long Now;

    /// <summary>Newly acknowledged bytes.</summary>
    public long Bytes;

    /// <summary>In flight before the ack and after it.</summary>
    public long InFlightBefore;
    public long InFlight;

    /// <summary>When the newest was sent, what was in flight with it, and whether the sender then lacked things to send.</summary>
    public long NewestSentAt;
    public long InFlightThen;
    public bool AppLimited;

    /// <summary>The round trip this ack measured; 0 if it measured none.</summary>
    public long Rtt;
    public long SmoothedRtt;
    public long MinRtt;

    /// <summary>All that the path delivered so far, and so far when the newest was sent.</summary>
    public long Delivered;
    public long DeliveredThen;

    /// <summary>The time in which the difference was delivered; 0 if too short to tell a rate.</summary>
    public long Interval;

    /// <summary>All that was lost so far, and so far when the newest was sent.</summary>
    public long Lost;
    public long LostThen;

    /// <summary>The peer asked to go slow: the window must not grow.</summary>
    public bool PeerIsSlow;

    /// <summary>Bytes per second; 0 if unknown.</summary>
    public readonly long DeliveryRate => Interval > 0 ? (long)((Int128)(Delivered - DeliveredThen) * 1_000_000 / Interval) : 0;
}

/// <summary>What a controller learns from losses found together; "the newest" is the one sent last.</summary>
internal struct LossSample
{
    public long Now;
    public long Bytes;
    public int Datagrams;

    /// <summary>When the newest was sent, and what was in flight with it.</summary>
    public long NewestSentAt;
    public long InFlightThen;

    /// <summary>All that was lost so far, these included, and so far when the newest was sent.</summary>
    public long Lost;
    public long LostThen;
    public long InFlight;

    /// <summary>Everything was lost for so long that the path must be tried anew (RFC 9002 §7.6).</summary>
    public bool Persistent;
}
