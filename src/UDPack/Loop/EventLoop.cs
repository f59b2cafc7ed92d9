using Microsoft.Extensions.Logging;
using UDPack.Protocol;
using UDPack.Sockets;

namespace UDPack.Loop;

/// <summary>
/// One thread that owns a socket, a protocol endpoint and all its sessions. Everything they do happens here, which is why
/// none of it needs a lock; application code never runs here.
/// </summary>
internal sealed partial class EventLoop
{
    private const int DatagramsPerTurn = 64;
    private const int ReportsPerTurn = 64;
    private const int BufferSize = 65_535;

    /// <summary>
    /// How long a datagram waits for room in the system's send buffer, in microseconds. One goes within that time on any link of more than
    /// 120 kbit/s, and acknowledgements and timers of other sessions can wait as long.
    /// </summary>
    private const long LongestHold = 100_000;

    /// <summary>How long a loop that ends goes on while it has to wait for such room: many sessions that say goodbye at once fill a send buffer.</summary>
    private const long LongestFlush = 1_000_000;

    /// <summary>Long for a loop that turns, however busy the machine; nobody waits longer for one that does not.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(2);

    private readonly IDatagramSocket _socket;
    private readonly Endpoint _endpoint;
    private readonly LoopClock _clock;
    private readonly ILogger _logger;

    // Called once in each turn, after datagrams were taken.
    private readonly Action<long>? _onTurn;

    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _receiveBuffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private readonly byte[] _sendBuffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private WorkQueue _work;
    private int _asleep;
    private int _isLate;

    // What waits in the send buffer for room at the system's, if it has a length.
    private Transmit _held;
    private long _heldSince;

    // Nothing went for the longest hold: until something does, what finds no room is lost at once.
    private bool _isStuck;
    private volatile bool _stops;
    private volatile bool _stopsWhenIdle;

    public EventLoop(string name, IDatagramSocket socket, Endpoint endpoint, LoopClock clock, ILogger logger, Action<long>? onTurn = null)
    {
        Name = name;
        _socket = socket;
        _endpoint = endpoint;
        _clock = clock;
        _logger = logger;
        _onTurn = onTurn;
    }

    public string Name { get; }

    /// <summary>Ends when the thread has ended; faulted if something threw on it.</summary>
    public Task Completion => _completion.Task;

    public IDatagramSocket Socket => _socket;

    /// <inheritdoc cref="LoopClock.ToUtc"/>
    public DateTimeOffset ToUtc(long micros) => _clock.ToUtc(micros);

    /// <summary>Gives the loop a thread of its own, which turns it to its end.</summary>
    public void Start()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = $"udpack {Name}" };

        // The loop outlives whoever starts it and must not keep their async locals alive.
        thread.UnsafeStart();
    }

    /// <summary>Has the work done on the loop's thread, in the order posted. Thread-safe.</summary>
    public void Post(LoopWork work)
    {
        _work.Push(work);
        WakeIfAsleep();
    }

    public void Post(Action<long> action) => Post(new LoopAction(action));

    /// <summary>Sends what is due and ends the thread.</summary>
    public void Stop()
    {
        _stops = true;
        WakeIfAsleep();
    }

    /// <summary>Ends the thread once the last session is gone, those included that only repeat their goaway.</summary>
    public void StopWhenIdle()
    {
        _stopsWhenIdle = true;
        WakeIfAsleep();
    }

    /// <summary>Waits for the end after <see cref="Stop"/>, but not for a loop that hangs; says so then, and returns false.</summary>
    public async Task<bool> EndsAsync()
    {
        await _completion.Task.WaitAsync(LongestEnd, _clock.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_completion.Task.IsCompleted)
        {
            return true;
        }

        LogHangs(Name, LongestEnd);
        return false;
    }

    /// <summary>Waits for what the loop is to bring about within a time, but not for a loop that hangs; says so then, once, and returns false.</summary>
    public async Task<bool> BringsAsync(Task outcome, TimeSpan within)
    {
        if (!outcome.IsCompleted)
        {
            await outcome.WaitAsync(within + LongestEnd, _clock.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (outcome.IsCompleted)
        {
            return true;
        }

        if (Interlocked.Exchange(ref _isLate, 1) == 0)
        {
            LogLate(Name, LongestEnd);
        }

        return false;
    }

    /// <summary>
    /// One turn, for a network that drives its loops itself, one after the other. From its return until the next call the
    /// loop counts as asleep: a post wakes the socket.
    /// </summary>
    /// <returns>After how many microseconds to turn again if nothing arrives before: 0 for at once, <see cref="long.MaxValue"/> for never.</returns>
    public long Step()
    {
        Volatile.Write(ref _asleep, 0);
        try
        {
            var mustEnd = MustEnd;
            var more = Turn();
            if (!mustEnd)
            {
                Interlocked.Exchange(ref _asleep, 1);
                return more || !_work.IsEmpty || MustEnd ? 0
                    : NextDeadline == long.MaxValue ? long.MaxValue
                    : Math.Max(NextDeadline - _clock.Now, 0);
            }
        }
#pragma warning disable CA1031 // As in Run.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            End(exception);
            return long.MaxValue;
        }

        End(null);
        return long.MaxValue;
    }

    private long NextDeadline => _held.Length > 0 ? Math.Min(_endpoint.NextDeadline, _heldSince + LongestHold) : _endpoint.NextDeadline;

    private bool MustEnd => _stops || (_stopsWhenIdle && _endpoint.IsIdle && _work.IsEmpty);

    private void Run()
    {
        try
        {
            while (!MustEnd)
            {
                if (!Turn())
                {
                    Sleep();
                }
            }

            Turn();
            for (var limit = _clock.Now + LongestFlush; _held.Length > 0 && _clock.Now < limit;)
            {
                _clock.Wait(Math.Min(_heldSince + LongestHold, limit));
                Turn();
            }
        }
#pragma warning disable CA1031 // Whatever it was, it must reach whoever waits for the loop, and the sockets must close.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            End(exception);
            return;
        }

        End(null);
    }

    private void End(Exception? failure)
    {
        if (failure is not null)
        {
            LogDied(failure, Name);
        }

        _clock.Dispose();
        _socket.Dispose();
        if (failure is null)
        {
            _completion.SetResult();
        }
        else
        {
            _completion.SetException(failure);
        }
    }

    /// <summary>Takes datagrams and work, fires timers, sends. True if more may be waiting.</summary>
    private bool Turn()
    {
        var now = _clock.Now;
        var received = 0;
        var reports = 0;

        // So many at most: who forges them must not keep the loop from all else.
        for (; reports < ReportsPerTurn && _socket.TryTakeUnreachable(out var unreachable); reports++)
        {
            if (unreachable != default)
            {
                _endpoint.OnUnreachable(now, unreachable);
            }
        }

        while (received < DatagramsPerTurn && _socket.TryReceive(_receiveBuffer, out var length, out var path))
        {
            received++;

            // Read anew: a thread that was held up in between would else see acknowledgements arrive before they can have come,
            // and a round trip that is too short once spoils what is known of the path for long.
            now = _clock.Now;
            if (length >= 0)
            {
                _endpoint.OnDatagram(now, path, _receiveBuffer.AsSpan(0, length));
            }
        }

        for (var work = _work.TakeAll(); work is not null;)
        {
            // Read first: the node may be posted again while it runs.
            var next = work.NextWork;
            work.NextWork = null;
            work.Run(now);
            work = next;
        }

        _onTurn?.Invoke(now);
        if (_endpoint.NextDeadline <= now)
        {
            _endpoint.OnDeadline(now);
        }

        Write(now);
        return received == DatagramsPerTurn || reports == ReportsPerTurn;
    }

    /// <summary>
    /// Sends what is due, after what was held. While the system has no room the rest waits in the sessions, so that a link slower than they
    /// are loses nothing, and the loop receives and fires timers meanwhile.
    /// </summary>
    private void Write(long now)
    {
        if (_held.Length > 0 && !TrySend(now, _held))
        {
            return;
        }

        while (_endpoint.TryWrite(now, _sendBuffer, out var transmit) && TrySend(now, transmit))
        {
        }
    }

    /// <summary>False if the datagram is held. A link that stands still must not hold up what becomes of sessions: after a while it is lost.</summary>
    private bool TrySend(long now, in Transmit transmit)
    {
        if (_socket.Send(_sendBuffer.AsSpan(0, transmit.Length), transmit.SegmentSize, transmit.Path) || !_socket.IsFull)
        {
            _isStuck = false;
        }
        else if (!_isStuck)
        {
            if (_held.Length == 0)
            {
                (_held, _heldSince) = (transmit, now);
            }

            if (now - _heldSince < LongestHold)
            {
                return false;
            }

            _isStuck = true;
        }

        _held = default;
        return true;
    }

    private void Sleep()
    {
        Interlocked.Exchange(ref _asleep, 1);

        // Whoever posted before seeing the flag did not wake the loop: look once more.
        if (_work.IsEmpty && !_stops && !(_stopsWhenIdle && _endpoint.IsIdle))
        {
            _clock.Wait(NextDeadline);
        }

        Volatile.Write(ref _asleep, 0);
    }

    private void WakeIfAsleep()
    {
        // One wake-up for however many posts, and none while the loop is awake anyway.
        if (Interlocked.Exchange(ref _asleep, 0) == 1)
        {
            _socket.Wake();
        }
    }
}
