using UDPack.Testing.Time;

namespace UDPack.Testing.Driving;

/// <summary>The network's time and all that is due at some time of it. Times are microseconds. Thread-safe.</summary>
internal sealed class Agenda
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Arrival, (long At, long Order)> _arrivals = new();
    private readonly PriorityQueue<DrivenLoop, int> _ready = new();
    private readonly SortedSet<SimulatedTimer> _timers = new(Comparer<SimulatedTimer>.Create(
        static (a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.Order.CompareTo(b.Order)));

    private readonly SortedSet<DrivenLoop> _deadlines = new(Comparer<DrivenLoop>.Create(
        static (a, b) => a.Deadline != b.Deadline ? a.Deadline.CompareTo(b.Deadline) : a.Number.CompareTo(b.Number)));

    private long _now;
    private long _order;

    public long Now => Volatile.Read(ref _now);

    public bool HasReadyLoop
    {
        get
        {
            lock (_gate)
            {
                return _ready.Count > 0;
            }
        }
    }

    /// <summary>When the next thing is due; <see cref="long.MaxValue"/> if nothing is.</summary>
    public long NextDue
    {
        get
        {
            lock (_gate)
            {
                return NextDueLocked();
            }
        }
    }

    public void Add(long at, in Arrival arrival)
    {
        lock (_gate)
        {
            _arrivals.Enqueue(arrival, (at, _order++));
        }
    }

    /// <summary>Sets or unsets a timer; <paramref name="due"/> and <paramref name="period"/> count from now.</summary>
    public void Schedule(SimulatedTimer timer, long? due, long period)
    {
        lock (_gate)
        {
            timer.Period = period;
            SetDue(timer, due is { } micros ? _now + micros : long.MaxValue);
        }
    }

    public void MarkReady(DrivenLoop loop)
    {
        lock (_gate)
        {
            if (!loop.IsReady)
            {
                loop.IsReady = true;
                _ready.Enqueue(loop, loop.Number);
            }
        }
    }

    public DrivenLoop? TakeReady()
    {
        lock (_gate)
        {
            if (!_ready.TryDequeue(out var loop, out _))
            {
                return null;
            }

            loop.IsReady = false;
            return loop;
        }
    }

    public void SetDeadline(DrivenLoop loop, long at)
    {
        lock (_gate)
        {
            SetDeadlineLocked(loop, at);
        }
    }

    /// <summary>Moves time to what is due next, but not beyond <paramref name="limit"/>; false if nothing is due until then.</summary>
    public bool TryMoveOn(long limit)
    {
        lock (_gate)
        {
            var next = NextDueLocked();
            if (next > limit || next == long.MaxValue)
            {
                return false;
            }

            Volatile.Write(ref _now, Math.Max(_now, next));
            return true;
        }
    }

    public void MoveTo(long time) => Volatile.Write(ref _now, Math.Max(Now, time));

    public bool TryTakeArrival(out Arrival arrival)
    {
        lock (_gate)
        {
            if (_arrivals.TryPeek(out arrival, out var key) && key.At <= _now)
            {
                _arrivals.Dequeue();
                return true;
            }

            arrival = default;
            return false;
        }
    }

    /// <summary>Makes the loops ready whose deadline has come.</summary>
    public void WakeDueLoops()
    {
        lock (_gate)
        {
            while (_deadlines.Min is { } loop && loop.Deadline <= _now)
            {
                SetDeadlineLocked(loop, long.MaxValue);
                MarkReady(loop);
            }
        }
    }

    /// <summary>A timer that is due, set anew if it repeats.</summary>
    public SimulatedTimer? TakeDueTimer()
    {
        lock (_gate)
        {
            if (_timers.Min is not { } timer || timer.Due > _now)
            {
                return null;
            }

            SetDue(timer, timer.Period == 0 ? long.MaxValue : timer.Due + timer.Period);
            return timer;
        }
    }

    private void SetDue(SimulatedTimer timer, long due)
    {
        if (timer.Due != long.MaxValue)
        {
            _timers.Remove(timer);
        }

        timer.Due = due;
        timer.Order = _order++;
        if (due != long.MaxValue)
        {
            _timers.Add(timer);
        }
    }

    private void SetDeadlineLocked(DrivenLoop loop, long at)
    {
        if (loop.Deadline == at)
        {
            return;
        }

        if (loop.Deadline != long.MaxValue)
        {
            _deadlines.Remove(loop);
        }

        loop.Deadline = at;
        if (at != long.MaxValue)
        {
            _deadlines.Add(loop);
        }
    }

    private long NextDueLocked()
    {
        var next = Math.Min(_timers.Min?.Due ?? long.MaxValue, _deadlines.Min?.Deadline ?? long.MaxValue);
        return _arrivals.TryPeek(out _, out var key) ? Math.Min(next, key.At) : next;
    }
}
