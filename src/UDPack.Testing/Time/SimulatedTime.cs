using UDPack.Testing.Driving;

namespace UDPack.Testing.Time;

/// <summary>The network's clock: it stands still but for the network's runs. Timers fire on the thread pool, in the order in which they are due.</summary>
internal sealed class SimulatedTime(Agenda agenda, DateTimeOffset start) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Timestamps are the network's microseconds.</summary>
    public override long TimestampFrequency => 1_000_000;

    public override DateTimeOffset GetUtcNow() => start + TimeSpan.FromMicroseconds(agenda.Now);

    public override long GetTimestamp() => agenda.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new SimulatedTimer(agenda, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
