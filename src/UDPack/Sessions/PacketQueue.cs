using System.Threading.Tasks.Sources;
using UDPack.Protocol;
using UDPack.Protocol.Delivery;

namespace UDPack.Sessions;

/// <summary>
/// Received packets on their way to the application: the loop adds, one reader takes. Waiting allocates nothing: the queue
/// is its own task source, used again for each wait. Its lock is the session's or stream's own and held for a few instructions.
/// </summary>
/// <param name="capacityBytes">Beyond this the oldest packets are dropped; without end where credit bounds what may wait.</param>
internal class PacketQueue(long capacityBytes = long.MaxValue) : IValueTaskSource<UdpackPacket>
{
    private ManualResetValueTaskSourceCore<UdpackPacket> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private PacketBuffer? _first;
    private PacketBuffer? _last;
    private long _held;
    private bool _waits;
    private bool _interrupted;

    // From the start of a wait until its outcome was taken: only then may the source be used again.
    private bool _inUse;
    private bool _ended;
    private Func<Exception>? _end;

    /// <summary>How many packets were dropped for want of room.</summary>
    public long Dropped { get; private set; }

    /// <summary>Whether nothing waits now.</summary>
    public bool IsEmpty => Volatile.Read(ref _first) is null;

    /// <summary>Hands a packet to the waiting reader or keeps it, unless nobody will ever take it.</summary>
    public AddResult Add(PacketBuffer packet)
    {
        lock (this)
        {
            if (_ended)
            {
                return AddResult.Ended;
            }

            if (!_waits)
            {
                return Keep(packet);
            }

            _waits = false;
        }

        _source.SetResult(new UdpackPacket(packet));
        return AddResult.Taken;
    }

    /// <summary>Keeps a packet for a reader to come. Under the lock.</summary>
    protected virtual AddResult Keep(PacketBuffer packet)
    {
        Append(packet);
        _held += Cost.InQueue(packet.Length);
        DropBeyondCapacity();
        return AddResult.Kept;
    }

    /// <summary>A packet that was kept leaves; what the reader gets for it. Under the lock.</summary>
    protected virtual PacketBuffer Leave(PacketBuffer packet)
    {
        _held -= Cost.InQueue(packet.Length);
        return packet;
    }

    /// <summary>Notes that a packet was given up. Packets given up in a row take one place, as nothing else bounds how many there are.</summary>
    public void AddSkipped(long number, PacketBufferPool pool)
    {
        lock (this)
        {
            if (_ended)
            {
                return;
            }

            if (!_waits)
            {
                if (_last is { IsSkipped: true } run && run.Number + run.Length == number)
                {
                    run.Length++;
                    return;
                }

                var marker = pool.Rent(1);
                marker.IsSkipped = true;
                marker.Number = number;
                Append(marker);
                return;
            }

            _waits = false;
        }

        _source.SetResult(UdpackPacket.Skipped(number));
    }

    /// <param name="packet">The packet that was there.</param>
    /// <param name="taken">What it counts.</param>
    public bool TryTake(out UdpackPacket packet, out Taken taken)
    {
        lock (this)
        {
            return TryTakeLocked(out packet, out taken);
        }
    }

    /// <summary>What <see cref="TakeAsync"/> would give at once: a packet, the end of the stream, or how it ended otherwise; false if that would wait.</summary>
    public bool TryTakeOrEnd(out UdpackPacket packet, out Taken taken)
    {
        Func<Exception>? end;
        lock (this)
        {
            if (TryTakeLocked(out packet, out taken))
            {
                return true;
            }

            if (!_ended)
            {
                return false;
            }

            end = _end;
        }

        return end is null ? true : throw end();
    }

    /// <summary>The next packet, now or later. One reader at a time.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="taken">What a packet that was there counts; nothing if none was: then <see cref="Add"/> says when the reader has one.</param>
    public ValueTask<UdpackPacket> TakeAsync(CancellationToken cancellationToken, out Taken taken)
    {
        taken = default;
        lock (this)
        {
            if (_inUse)
            {
                throw new InvalidOperationException("Another receive is waiting; only one may at a time.");
            }

            if (TryTakeLocked(out var packet, out taken))
            {
                return new ValueTask<UdpackPacket>(packet);
            }

            if (_ended)
            {
                return _end is null ? default : ValueTask.FromException<UdpackPacket>(_end());
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled<UdpackPacket>(cancellationToken);
            }

            if (_interrupted)
            {
                _interrupted = false;
                return ValueTask.FromException<UdpackPacket>(new OperationCanceledException());
            }

            _waits = _inUse = true;
            _source.Reset();
        }

        var task = new ValueTask<UdpackPacket>(this, _source.Version);
        if (cancellationToken.CanBeCanceled)
        {
            // May run at once; the source takes that.
            _cancellation = cancellationToken.UnsafeRegister(static (queue, token) => ((PacketQueue)queue!).Cancel(token), this);
        }

        return task;
    }

    /// <summary>Cancels the wait, or the next one if there is none.</summary>
    public void Interrupt()
    {
        lock (this)
        {
            _interrupted = !_waits;
            if (_interrupted)
            {
                return;
            }

            _waits = false;
        }

        _source.SetException(new OperationCanceledException());
    }

    /// <summary>Whether an interruption came while nobody waited; takes it back.</summary>
    public bool TakeInterruption()
    {
        lock (this)
        {
            var interrupted = _interrupted;
            _interrupted = false;
            return interrupted;
        }
    }

    /// <summary>No packet follows: readers get what is left, and then this, or the end of the stream where it is null.</summary>
    public void End(Func<Exception>? exception)
    {
        lock (this)
        {
            if (_ended || !EndLocked(exception))
            {
                return;
            }
        }

        Complete(exception);
    }

    /// <summary>Nobody gets what is left: readers get this from now on, however the queue ended before.</summary>
    public void Fail(Func<Exception> exception)
    {
        bool waits;
        lock (this)
        {
            waits = EndLocked(exception);
        }

        if (waits)
        {
            Complete(exception);
        }

        Clear();
    }

    /// <summary>Gives back what nobody will read; returns what that counts.</summary>
    public Taken Clear()
    {
        var all = default(Taken);
        while (TryTake(out var packet, out var taken))
        {
            packet.Dispose();
            all += taken;
        }

        return all;
    }

    UdpackPacket IValueTaskSource<UdpackPacket>.GetResult(short token)
    {
        // Before anything is touched: a task awaited twice must not take the outcome of a later wait.
        if (_source.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The receive has not ended; await it.");
        }

        _cancellation.Dispose();
        _cancellation = default;
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            Volatile.Write(ref _inUse, false);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<UdpackPacket>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<UdpackPacket>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    protected void Append(PacketBuffer packet)
    {
        packet.Next = null;
        if (_last is null)
        {
            _first = packet;
        }
        else
        {
            _last.Next = packet;
        }

        _last = packet;
    }

    private bool TryTakeLocked(out UdpackPacket packet, out Taken taken)
    {
        taken = default;
        if (_first is not { } first)
        {
            packet = default;
            return false;
        }

        if (first.IsSkipped)
        {
            packet = UdpackPacket.Skipped(first.Number++);
            if (--first.Length == 0)
            {
                RemoveFirst();
                first.Release();
            }

            return true;
        }

        RemoveFirst();
        first = Leave(first);
        taken = Taken.Of(first);
        packet = new UdpackPacket(first);
        return true;
    }

    private void RemoveFirst()
    {
        var first = _first!;
        _first = first.Next;
        _last = _first is null ? null : _last;
        first.Next = null;
    }

    private void DropBeyondCapacity()
    {
        while (_held > capacityBytes && _first != _last && TryTakeLocked(out var oldest, out _))
        {
            oldest.Dispose();
            Dropped++;
        }
    }

    /// <summary>True if a reader waits for the end.</summary>
    private bool EndLocked(Func<Exception>? exception)
    {
        _ended = true;
        _end = exception;
        var waits = _waits;
        _waits = false;
        return waits;
    }

    private void Complete(Func<Exception>? exception)
    {
        if (exception is null)
        {
            _source.SetResult(default);
        }
        else
        {
            _source.SetException(exception());
        }
    }

    private void Cancel(CancellationToken token)
    {
        lock (this)
        {
            if (!_waits)
            {
                return;
            }

            _waits = false;
        }

        _source.SetException(new OperationCanceledException(token));
    }
}

/// <summary>What became of a received packet.</summary>
internal enum AddResult
{
    Kept,

    /// <summary>A reader was waiting for it.</summary>
    Taken,

    /// <summary>There is no room for it.</summary>
    Full,
    Ended,
}
