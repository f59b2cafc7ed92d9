namespace UDPack.Hosting.Clients;

/// <summary>A time without a session, what was tried against it, and what was said about it. Thread-safe where loops call it.</summary>
/// <param name="time">The clock.</param>
/// <param name="lost">What <see cref="LossHistory"/> says of the session that was lost; null if there was none yet.</param>
/// <param name="policy">What the settings say now.</param>
internal sealed class Outage(TimeProvider time, long? lost, Func<BackoffPolicy> policy)
{
    private readonly long _began = time.GetTimestamp();
    private readonly HashSet<string> _told = [];
    private UdpackError? _lastReason;
    private long _refusals;
    private long _unasked;

    /// <summary>How many retries were made, and failed.</summary>
    public long Retries { get; private set; }

    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    public SilenceSchedule Silence { get; } = new(policy, time);

    /// <summary>What a policy is asked with. Sessions that were lost soon one after the other count, too, so that it can be patient with a server that ends them all.</summary>
    public UdpackReconnectContext Describe(Exception? error) => new(Retries + (lost is { } before ? before - LossHistory.AtOnce : 0), Elapsed, error);

    /// <summary>One more retry is made.</summary>
    public void OnRetry() => Retries++;

    /// <summary>
    /// Where the delays stand that grow: each refusal is a step, and so are sessions that were lost soon one after the other. Attempts that failed before the
    /// server was asked, as for a name that is not resolved, have steps of their own: they say nothing about a server that can be asked again. Those that
    /// nothing answered have delays of their own.
    /// </summary>
    public long NextStep(Exception? error) =>
        BackoffPolicy.IsRefusal(error) || (lost is not null && Retries == 0) ? (lost ?? 0) + _refusals++ : _unasked++;

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
