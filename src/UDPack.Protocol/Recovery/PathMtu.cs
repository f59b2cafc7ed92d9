namespace UDPack.Protocol.Recovery;

/// <summary>
/// Finds the largest datagram the path carries (RFC 8899), in bytes of UDP payload. Probes climb a ladder of sizes that
/// common links have; where a step fails, bisection narrows it down. One probe at a time, and none while nothing is to learn.
/// </summary>
internal struct PathMtu
{
    private const int Granularity = 16;
    private const int ProbesPerSize = 3;
    private const long RetryDelay = 100_000;
    private const long SearchInterval = 600_000_000;

    /// <summary>After a black hole the path gets a moment, in case it is only changing.</summary>
    private const long BlackHoleDelay = 10_000_000;

    /// <summary>Losses found together are one; three in a row without a large datagram that arrives are no accident.</summary>
    private const int LossesToBlackHole = 3;

    private readonly int _baseSize;
    private readonly int _limit;

    /// <summary>The smallest size that failed, or one more than the limit.</summary>
    private int _tooLarge;

    /// <summary>Whether the size now held is a ladder's, above which the path most likely carries nothing.</summary>
    private bool _isOnLadder;
    private int _probe;
    private int _probesLost;
    private bool _isProbing;
    private long _nextProbeAt = long.MaxValue;
    private int _losses;
    private long _lostAt = long.MinValue;
    private long _countLossesFrom = long.MinValue;

    /// <param name="baseSize">What every path carries.</param>
    /// <param name="limit">The largest size that both sides handle.</param>
    public PathMtu(int baseSize, int limit)
    {
        _baseSize = baseSize;
        _limit = Math.Max(baseSize, limit);
        _tooLarge = _limit + 1;
        Current = baseSize;
    }

    /// <summary>Ethernet with IPv6 and IPv4, jumbo frames likewise, loopback.</summary>
    private static ReadOnlySpan<int> Ladder => [1452, 1472, 8952, 8972, 65_507];

    /// <summary>The largest size known to arrive.</summary>
    public int Current { get; private set; }

    /// <summary>When <see cref="ProbeDue"/> will have a size; <see cref="long.MaxValue"/> if a probe is under way or none is wanted.</summary>
    public readonly long Deadline => _isProbing ? long.MaxValue : _nextProbeAt;

    /// <summary>Begins anew: the session became READY, or its path is another one.</summary>
    public void Reset(long now)
    {
        Current = _baseSize;
        _isOnLadder = false;
        _isProbing = false;
        _losses = 0;
        _countLossesFrom = now;
        StartSearch(now);
    }

    public readonly bool ProbeDue(long now, out int size)
    {
        size = _probe;
        return !_isProbing && now >= _nextProbeAt;
    }

    public void OnProbeSent(long now, int size) => _isProbing |= size == _probe;

    public void OnProbeAcknowledged(long now, int size)
    {
        if (!_isProbing || size != _probe)
        {
            return;
        }

        _isProbing = false;
        Current = size;
        _isOnLadder = Ladder.Contains(size);
        _losses = 0;
        Continue(now);
    }

    public void OnProbeLost(long now, int size)
    {
        if (!_isProbing || size != _probe)
        {
            return;
        }

        _isProbing = false;
        if (++_probesLost < ProbesPerSize)
        {
            // Not at once: what was lost to a full queue would be lost again.
            _nextProbeAt = now + (_probesLost * RetryDelay);
            return;
        }

        _tooLarge = size;
        Continue(now);
    }

    /// <summary>A datagram that was no probe arrived.</summary>
    public void OnAcknowledged(int size)
    {
        if (size > _baseSize)
        {
            _losses = 0;
        }
    }

    /// <summary>One was lost: if only large ones are, again and again, the path no longer carries them.</summary>
    public void OnLost(long now, int size, long sentAt)
    {
        if (size <= _baseSize || Current == _baseSize || sentAt < _countLossesFrom || now == _lostAt)
        {
            return;
        }

        _lostAt = now;
        if (++_losses >= LossesToBlackHole)
        {
            Reset(now);
            _nextProbeAt = _nextProbeAt == long.MaxValue ? long.MaxValue : now + BlackHoleDelay;
        }
    }

    private void StartSearch(long now)
    {
        _tooLarge = _limit + 1;
        Continue(now);
    }

    private void Continue(long now)
    {
        _probesLost = 0;
        _probe = NextSize();
        if (_probe != 0)
        {
            _nextProbeAt = now;
            return;
        }

        // Found as well as it needs to be. Routes change: look again later, beginning at the next step.
        _nextProbeAt = Current >= _limit ? long.MaxValue : now + SearchInterval;
        _tooLarge = _limit + 1;
        _probe = NextSize();
    }

    private readonly int NextSize()
    {
        if (_tooLarge > _limit)
        {
            return Current >= _limit ? 0 : NextStep();
        }

        if (_tooLarge - Current <= Granularity)
        {
            return 0;
        }

        return _isOnLadder ? Current + Granularity : (Current + _tooLarge) / 2;
    }

    private readonly int NextStep()
    {
        foreach (var step in Ladder)
        {
            if (step > Current)
            {
                return Math.Min(step, _limit);
            }
        }

        return _limit;
    }
}
