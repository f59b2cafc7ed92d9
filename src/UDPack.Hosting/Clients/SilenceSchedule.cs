namespace UDPack.Hosting.Clients;

/// <summary>When the shakehands of one outage are sent while nothing answers: as Reconnect:* says, on from one attempt to the next. Thread-safe: each address of a server asks on its own.</summary>
internal sealed class SilenceSchedule(Func<BackoffPolicy> policy, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _before;
    private int _most;
    private long _saidAt;
    private TimeSpan _wait;

    /// <summary>How long is left of the last wait.</summary>
    public TimeSpan Left
    {
        get
        {
            lock (_gate)
            {
                var left = _wait - time.GetElapsedTime(_saidAt);
                return left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Counts shakehands from 1 again from now on.</summary>
    public void BeginAttempt()
    {
        lock (_gate)
        {
            _before += _most;
            _most = 0;
            _wait = TimeSpan.Zero;
        }
    }

    /// <summary>How long to wait for an answer to the attempt's shakehand of this number, which is sent now.</summary>
    public TimeSpan Next(int shakehand)
    {
        lock (_gate)
        {
            _most = Math.Max(_most, shakehand);
            _saidAt = time.GetTimestamp();
            return _wait = policy().DelayInSilence(_before + shakehand - 1);
        }
    }
}
