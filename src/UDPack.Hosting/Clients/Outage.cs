namespace UDPack.Hosting.Clients;

/// <summary>A time without a session that lasted, what was tried against it, and what was said about it. Thread-safe where loops call it.</summary>
/// <param name="time">The clock.</param>
/// <param name="beganWithLoss">Whether a session was lost; else there was none yet.</param>
/// <param name="policy">What the settings say now.</param>
internal sealed class Outage(TimeProvider time, bool beganWithLoss, Func<BackoffPolicy> policy)
{
    private readonly long _began = time.GetTimestamp();
    private readonly HashSet<string> _told = [];
    private UdpackError? _lastReason;
    private long _retries;

    /// <summary>Whether nothing had to be tried so far.</summary>
    public bool IsNew => _retries == 0;

    public bool BeganWithLoss => beganWithLoss;

    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    public SilenceSchedule Silence { get; } = new(policy, time);

    /// <summary>What the policy is asked with; each time counts as one more retry.</summary>
    public UdpackReconnectContext Next(Exception? error) => new(_retries++, Elapsed, error);

    /// <summary>Whether a failed attempt is worth a line in the log that is read: when the reason is new, and ever less often while it stays the same.</summary>
    public bool IsNews(in UdpackReconnectContext context)
    {
        var reason = (context.LastError as UdpackException)?.Error;
        var isNew = reason != _lastReason || long.IsPow2(context.PreviousAttempts);
        _lastReason = reason;
        return isNew || context.PreviousAttempts == 0;
    }

    /// <summary>Whether this was not said before.</summary>
    public bool TellOnce(string what)
    {
        lock (_told)
        {
            return _told.Add(what);
        }
    }
}
