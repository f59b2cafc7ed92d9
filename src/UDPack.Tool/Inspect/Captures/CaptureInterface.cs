namespace UDPack.Tool.Inspect.Captures;

/// <summary>An interface of a pcapng section.</summary>
/// <param name="Link">Its link layer.</param>
/// <param name="Resolution">The unit of its times: 10 or 2 (the top bit) to the minus this power, in seconds.</param>
/// <param name="OffsetSeconds">What is to be added to its times.</param>
internal readonly record struct CaptureInterface(LinkType Link, byte Resolution, long OffsetSeconds)
{
    /// <summary>The time of a packet; null if there is none or no calendar has it.</summary>
    public DateTime? ToTime(ulong? units)
    {
        if (units is not { } value)
        {
            return null;
        }

        var unit = (Resolution & 0x80) != 0 ? Math.Pow(2, -(Resolution & 0x7F)) : Math.Pow(10, -Resolution);
        var ticks = Resolution switch
        {
            6 => value * 10m,
            9 => value / 100m,
            _ => (decimal)Math.Min(value * unit, 1e12) * TimeSpan.TicksPerSecond,
        };
        ticks += (decimal)OffsetSeconds * TimeSpan.TicksPerSecond;
        return ticks >= 0 && ticks <= (DateTime.MaxValue - DateTime.UnixEpoch).Ticks ? DateTime.UnixEpoch.AddTicks((long)ticks) : null;
    }
}
