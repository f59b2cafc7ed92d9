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
    private const int BufferSize = 65_535;

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
    public async Task<bool> EndsAsync(TimeProvider time)
    {
        await _completion.Task.WaitAsync(LongestEnd, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_completion.Task.IsCompleted)
        {
            return true;
        }

        LogHangs(Name, LongestEnd);
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
                    : _endpoint.NextDeadline == long.MaxValue ? long.MaxValue
                    : Math.Max(_endpoint.NextDeadline - _clock.Now, 0);
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
        while (_socket.TryTakeUnreachable(out var unreachable))
        {
            _endpoint.OnUnreachable(now, unreachable);
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

        while (_endpoint.TryWrite(now, _sendBuffer, out var transmit))
        {
            _socket.Send(_sendBuffer.AsSpan(0, transmit.Length), transmit.SegmentSize, transmit.Path);
        }

        return received == DatagramsPerTurn;
    }

    private void Sleep()
    {
        Interlocked.Exchange(ref _asleep, 1);

        // Whoever posted before seeing the flag did not wake the loop: look once more.
        if (_work.IsEmpty && !_stops && !(_stopsWhenIdle && _endpoint.IsIdle))
        {
            _clock.Wait(_endpoint.NextDeadline);
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
