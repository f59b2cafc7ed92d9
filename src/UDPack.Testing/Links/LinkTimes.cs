namespace UDPack.Testing.Links;

/// <summary>A link's conditions in the units it counts in.</summary>
internal readonly struct LinkTimes(LinkConditions conditions)
{
    /// <summary>Microseconds.</summary>
    public long Delay { get; } = (long)conditions.Delay.TotalMicroseconds;

    /// <summary>Microseconds; the jitter is less than this.</summary>
    public long Jitter { get; } = (long)conditions.Jitter.TotalMicroseconds;

    /// <summary>0 for no bottleneck.</summary>
    public long BitsPerSecond { get; } = conditions.BitsPerSecond ?? 0;

    public long QueueNanos { get; } = conditions.QueueDelay is { } delay ? delay.Ticks * 100 : long.MaxValue;

    public int QueueBytes { get; } = conditions.QueueBytes ?? int.MaxValue;

    public int Mtu { get; } = conditions.Mtu ?? int.MaxValue;
}
