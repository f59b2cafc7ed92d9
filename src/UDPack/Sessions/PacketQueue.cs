using System.Threading.Tasks.Sources;
using UDPack.Protocol;
using UDPack.Protocol.Delivery;

namespace UDPack.Sessions;

/// <summary>
/// Received packets on their way to the application: the loop adds, one reader takes. Waiting allocates nothing: the queue
/// is its own task source, used again for each wait. Its lock is the session's own and held for a few instructions.
/// </summary>
/// <param name="capacityBytes">What it holds at most, costs counted as for credit; beyond it the oldest packet is dropped.</param>
internal sealed class PacketQueue(long capacityBytes = long.MaxValue) : IValueTaskSource<UdpackPacket>
{
    private ManualResetValueTaskSourceCore<UdpackPacket> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _cancellation;
    private PacketBuffer? _first;
    private PacketBuffer? _last;
    private bool _waits;

    // From the start of a wait until its outcome was taken: only then may the source be used again.
    private bool _inUse;
    private bool _ended;
    private Func<Exception>? _end;
    private long _held;

    /// <summary>How many packets were dropped for want of room.</summary>
    public long Dropped { get; private set; }

    /// <summary>Hands a packet to the waiting reader or keeps it, unless nobody will ever take it.</summary>
    public AddResult Add(PacketBuffer packet)
    {
        lock (this)
        {
            if (_ended)
            {
                return AddResult.Ended;
            }

            packet.Next = null;
            if (!_waits)
            {
                if (_last is null)
                {
                    _first = packet;
                }
                else
                {
                    _last.Next = packet;
                }

                _last = packet;
                _held += CostOf(packet);
                DropBeyondCapacity();
                return AddResult.Kept;
            }

            _waits = false;
        }

        _source.SetResult(new UdpackPacket(packet));
        return AddResult.Taken;
    }

    public bool TryTake(out UdpackPacket packet, out long cost)
    {
        lock (this)
        {
            return TryTakeLocked(out packet, out cost);
        }
    }

    /// <summary>The next packet, now or later. One reader at a time.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="takenCost">What a packet that was there counts against credit, or -1; then <see cref="Add"/> says when the reader has one.</param>
    public ValueTask<UdpackPacket> TakeAsync(CancellationToken cancellationToken, out long takenCost)
    {
        takenCost = -1;
        lock (this)
        {
            if (_inUse)
            {
                throw new InvalidOperationException("Another receive is waiting on this session; only one may at a time.");
            }

            if (TryTakeLocked(out var packet, out takenCost))
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

    /// <summary>No packet follows: readers get what is left, and then this, or the end of the stream where it is null.</summary>
    public void End(Func<Exception>? exception)
    {
        lock (this)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            _end = exception;
            if (!_waits)
            {
                return;
            }

            _waits = false;
        }

        if (exception is null)
        {
            _source.SetResult(default);
        }
        else
        {
            _source.SetException(exception());
        }
    }

    /// <summary>Gives back what nobody will read.</summary>
    public void Clear()
    {
        while (TryTake(out var packet, out _))
        {
            packet.Dispose();
        }
    }

    /// <summary>What a packet counts against credit; one that was given up has counted already.</summary>
    public static long CostOf(PacketBuffer packet) => packet.IsSkipped ? 0 : Cost.Of(packet.Length);

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

    private bool TryTakeLocked(out UdpackPacket packet, out long cost)
    {
        if (_first is not { } first)
        {
            packet = default;
            cost = -1;
            return false;
        }

        _first = first.Next;
        _last = _first is null ? null : _last;
        first.Next = null;
        cost = CostOf(first);
        _held -= cost;
        packet = new UdpackPacket(first);
        return true;
    }

    private void DropBeyondCapacity()
    {
        while (_held > capacityBytes && _first != _last && TryTakeLocked(out var oldest, out _))
        {
            oldest.Dispose();
            Dropped++;
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
    Ended,
}
