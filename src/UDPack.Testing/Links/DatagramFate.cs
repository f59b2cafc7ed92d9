namespace UDPack.Testing;

/// <summary>What became of a datagram.</summary>
public enum DatagramFate
{
    /// <summary>It arrives, perhaps twice, perhaps damaged.</summary>
    Delivered,

    /// <summary>Lost by <see cref="LinkConditions.Loss"/>.</summary>
    Lost,

    /// <summary>Lost while the link was in its bad state; see <see cref="LinkConditions.Bursts"/>.</summary>
    LostInBurst,

    /// <summary>Dropped because the bottleneck's queue was full.</summary>
    QueueFull,

    /// <summary>Dropped because it is larger than <see cref="LinkConditions.Mtu"/>.</summary>
    TooLarge,

    /// <summary>Sent into a blackhole.</summary>
    Blackholed,

    /// <summary>It came where nobody is bound (any more).</summary>
    Unreachable,
}
