using UDPack.Testing.Driving;

namespace UDPack.Testing.Time;

/// <summary>A timer on virtual time. Due times are rounded up to whole microseconds.</summary>
internal sealed class SimulatedTimer(Agenda agenda, TimerCallback callback, object? state) : ITimer
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private volatile bool _isDisposed;

    /// <summary>When it fires next; <see cref="long.MaxValue"/> for not. The agenda's.</summary>
    public long Due { get; set; } = long.MaxValue;

    /// <summary>Its place among timers that are due at the same time. The agenda's.</summary>
    public long Order { get; set; }

    /// <summary>After how many microseconds it fires again; 0 for not. The agenda's.</summary>
    public long Period { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, nameof(dueTime));
        Check(period, nameof(period));
        if (_isDisposed)
        {
            return false;
        }

        agenda.Schedule(this, Micros(dueTime), Micros(period) ?? 0);
        return true;
    }

    public void Dispose()
    {
        _isDisposed = true;
        agenda.Schedule(this, null, 0);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Calls back, on the thread pool.</summary>
    public void Fire()
    {
        if (_isDisposed)
        {
            return;
        }

        if (_context is null)
        {
            callback(state);
        }
        else
        {
            ExecutionContext.Run(_context, static timer => ((SimulatedTimer)timer!).Call(), this);
        }
    }

    private void Call() => callback(state);

    private static long? Micros(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan ? null : (time.Ticks + TimeSpan.TicksPerMicrosecond - 1) / TimeSpan.TicksPerMicrosecond;

    private static void Check(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan && (time < TimeSpan.Zero || time > Longest))
        {
            throw new ArgumentOutOfRangeException(name, time, "Timers take 0 to about 49 days, or Timeout.InfiniteTimeSpan.");
        }
    }
}
