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

    /// <summary>A black hole soon after another one: the path lets probes pass and not what follows them. Asking at once again would not help.</summary>
    private const long BlackHoleDelay = 10_000_000;
    private const long BlackHoleMemory = 60_000_000;

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
    private long _countLossesFrom = long.MinValue;
    private long _blackHoleRememberedUntil = long.MinValue;

    /// <summary>Made when it is first needed: few sessions ever doubt.</summary>
    private PathMtuDoubt? _doubt;

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
    public readonly long Deadline => IsInDoubt ? _doubt!.CheckDueAt : _isProbing ? long.MaxValue : _nextProbeAt;

    /// <summary>Whether probes are to tell if <see cref="Current"/> still arrives.</summary>
    public readonly bool IsInDoubt => _doubt is { IsRaised: true };

    /// <summary>What the next probe must be reported with; 0 for one that searches.</summary>
    public readonly int Round => IsInDoubt ? _doubt!.Round : 0;

    /// <summary>Begins anew: the session became READY, or its path is another one.</summary>
    public void Reset(long now)
    {
        Current = _baseSize;
        _isOnLadder = false;
        _isProbing = false;
        _doubt?.Forget();
        _countLossesFrom = now;
        _tooLarge = _limit + 1;
        Continue(now);
    }

    public readonly bool ProbeDue(long now, out int size)
    {
        size = IsInDoubt ? Current : _probe;
        return now >= Deadline;
    }

    public void OnProbeSent(long now, ulong sequence, int size)
    {
        if (IsInDoubt)
        {
            _doubt!.OnCheckSent(now, sequence, size);
        }
        else
        {
            _isProbing |= size == _probe;
        }
    }

    public void OnProbeAcknowledged(long now, int size, int round)
    {
        if (round != 0 || !_isProbing || size != _probe)
        {
            return;
        }

        _isProbing = false;
        Current = size;
        _isOnLadder = Ladder.Contains(size);
        Continue(now);
    }

    public void OnProbeLost(long now, int size, int round)
    {
        if (round != 0)
        {
            if (_doubt is not null && _doubt.OnCheckLost(now, round))
            {
                OnBlackHole(now);
            }

            return;
        }

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

    /// <summary>A datagram arrived, a probe or not.</summary>
    public readonly void OnAcknowledged(ulong sequence, int size) => _doubt?.OnAcknowledged(sequence, size);

    /// <summary>One that was no probe was lost, and nothing as large that was sent later has arrived.</summary>
    public void OnLost(long now, ulong sequence, long sentAt, int size)
    {
        if (size <= _baseSize || Current == _baseSize || sentAt < _countLossesFrom)
        {
            return;
        }

        _doubt ??= new PathMtuDoubt();
        if (_doubt.OnLost(now, sequence, sentAt, size))
        {
            OnBlackHole(now);
        }
    }

    /// <summary>Gives memory back while nothing is in doubt.</summary>
    public void Trim() => _doubt = IsInDoubt ? _doubt : null;

    /// <summary>The path no longer carries what it did: goes on with what it was seen to carry, and looks at once what else it does.</summary>
    private void OnBlackHole(long now)
    {
        var carried = _doubt!.Carried;
        _tooLarge = Current;
        Current = carried < Current ? Math.Max(_baseSize, carried) : _baseSize;
        _isOnLadder = false;
        _isProbing = false;
        _countLossesFrom = now;
        Continue(now);
        if (now < _blackHoleRememberedUntil && _nextProbeAt == now)
        {
            _nextProbeAt = now + BlackHoleDelay;
        }

        _blackHoleRememberedUntil = now + BlackHoleMemory;
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
        if (Current >= _limit)
        {
            return 0;
        }

        var step = NextStep();
        if (step < _tooLarge)
        {
            return step;
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
