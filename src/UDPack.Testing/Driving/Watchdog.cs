namespace UDPack.Testing.Driving;

/// <summary>
/// Notices work that nobody drives: an application that is disposed outside of a run would wait for ever. After some real
/// time it calls for help.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Timer _timer;
    private int _isArmed;

    public Watchdog(Action onNeglect) => _timer = new Timer(_ =>
    {
        Volatile.Write(ref _isArmed, 0);
        onNeglect();
    });

    public void Arm()
    {
        if (Interlocked.Exchange(ref _isArmed, 1) == 0)
        {
            _timer.Change(Patience, Timeout.InfiniteTimeSpan);
        }
    }

    public void Disarm()
    {
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _isArmed, 0);
    }

    public void Dispose() => _timer.Dispose();
}
