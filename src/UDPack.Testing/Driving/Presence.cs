namespace UDPack.Testing.Driving;

/// <summary>
/// Knows how many threads of the pool work for one network at this moment, however busy other tests keep the pool: a mark
/// that flows with the execution context, and that tells when a thread takes it on and off.
/// </summary>
internal sealed class Presence
{
    private static readonly AsyncLocal<Presence?> Mark = new(OnChange);

    private static int _workingForAny;

    private volatile bool _isClosed;
    private int _working;
    private int _queued;
    private long _changes;

    /// <summary>Threads that carry the mark, and work that was queued through <see cref="Queue"/> and is not done.</summary>
    public int Count => Volatile.Read(ref _working) + Volatile.Read(ref _queued);

    /// <summary>Threads that work for any network of the process.</summary>
    public static int WorkingForAny => Volatile.Read(ref _workingForAny);

    /// <summary>How often a thread took the mark on: it grows while the application gets anywhere.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>
    /// Whether all that is present waits: for a lock, an event, a task, or a sleep to end. What computes does not, nor what is
    /// compiled, reads a file or waits for its processor.
    /// </summary>
    public bool IsAsleep
    {
        get
        {
            var started = 0;
            foreach (var seat in Seat.All)
            {
                if (seat.Working != this && seat.Doing != this)
                {
                    continue;
                }

                started += seat.Doing == this ? 1 : 0;
                if ((seat.Thread.ThreadState & ThreadState.WaitSleepJoin) == 0)
                {
                    return false;
                }
            }

            return started >= Volatile.Read(ref _queued);
        }
    }

    /// <summary>Has the work done on the pool under the mark, without the caller's context.</summary>
    public void Queue<T>(Action<T> work, T state)
    {
        Interlocked.Increment(ref _queued);
        ThreadPool.UnsafeQueueUserWorkItem(
            static item =>
            {
                // Until its end: a timer's callback runs in its maker's context, which need not have the mark.
                var seat = Seat.Mine;
                seat.Doing = item.Presence;
                Mark.Value = item.Presence;
                item.Work(item.State);
                seat.Doing = null;
                Interlocked.Decrement(ref item.Presence._queued);
            },
            (Presence: this, Work: work, State: state),
            preferLocal: false);
    }

    /// <summary>The same under the mark; it must be called, and once, on the pool.</summary>
    public Func<T> Marked<T>(Func<T> start)
    {
        Interlocked.Increment(ref _queued);
        return () =>
        {
            Mark.Value = this;
            Interlocked.Decrement(ref _queued);
            return start();
        };
    }

    /// <summary>
    /// Lets no thread take the mark until <see cref="Open"/>: what a loop's turn sets off begins when the turn is over, or
    /// it would depend on chance which of the application's doings that same turn still sees.
    /// </summary>
    public void Close() => _isClosed = true;

    public void Open() => _isClosed = false;

    private static void OnChange(AsyncLocalValueChangedArgs<Presence?> change)
    {
        // Threads of the application's own live as long as they like.
        if (!Thread.CurrentThread.IsThreadPoolThread)
        {
            return;
        }

        if (change.PreviousValue is { } left)
        {
            Interlocked.Decrement(ref _workingForAny);
            Interlocked.Decrement(ref left._working);
        }

        Seat.Mine.Working = change.CurrentValue;
        if (change.CurrentValue is { } taken)
        {
            Interlocked.Increment(ref taken._working);
            Interlocked.Increment(ref _workingForAny);
            Interlocked.Increment(ref taken._changes);
            for (var spin = default(SpinWait); taken._isClosed; spin.SpinOnce(sleep1Threshold: -1))
            {
                // A turn takes microseconds.
            }
        }
    }
}
