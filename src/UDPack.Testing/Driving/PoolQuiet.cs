using System.Diagnostics;

namespace UDPack.Testing.Driving;

/// <summary>
/// Waits until the application has done what it can without time passing: until no thread of the pool works for the
/// network. Work that carries the network's mark is counted; for the rest there is only the pool as a whole, which other
/// tests use as well, and in which a test runner may have blocked a few threads for good.
/// </summary>
internal sealed class PoolQuiet(Presence presence)
{
    /// <summary>How long marked threads must be still, all of them, to count as blocked.</summary>
    private static readonly TimeSpan NewlyBlocked = TimeSpan.FromMilliseconds(100);

    /// <summary>As <see cref="NewlyBlocked"/>, for as many threads as are blocked already.</summary>
    private static readonly TimeSpan StillBlocked = TimeSpan.FromMilliseconds(1);

    /// <summary>How long nothing of the network's must be seen in a pool that works: a thread may have taken work and not yet its mark.</summary>
    private static readonly TimeSpan Unseen = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan Spinning = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan FirstCalibration = TimeSpan.FromMilliseconds(1);

    /// <summary>After so many quiet moments with the same number of threads at work, those are taken for a test runner's.</summary>
    private const int Convincing = 10;

    private const int SpareThreads = 6;

    // Threads that are at work even when nothing happens.
    private static int _floor = int.MaxValue;

    private int _blocked;
    private int _lastWorking;
    private int _sameWorking;

    /// <summary>Threads of the pool that work at this moment, or are about to: a queued item counts from the start.</summary>
    public static int WorkingThreads
    {
        get
        {
            ThreadPool.GetMaxThreads(out var most, out _);
            ThreadPool.GetAvailableThreads(out var available, out _);
            return most - available;
        }
    }

    /// <summary>Learns how busy the pool is without the network; to be called before anything runs.</summary>
    public static void Calibrate()
    {
        // The pool starts with a thread per processor and adds more slowly; blocked ones of a test runner must not use them up.
        ThreadPool.GetMinThreads(out var least, out var leastIo);
        ThreadPool.SetMinThreads(Math.Max(least, Environment.ProcessorCount + SpareThreads), leastIo);
        var began = Stopwatch.GetTimestamp();
        var patience = Volatile.Read(ref _floor) == int.MaxValue ? FirstCalibration : TimeSpan.Zero;
        do
        {
            Volatile.Write(ref _floor, Math.Min(Volatile.Read(ref _floor), WorkingThreads));
            Thread.Yield();
        }
        while (Stopwatch.GetElapsedTime(began) < patience);
    }

    public void Wait()
    {
        if (IsIdle(WorkingThreads))
        {
            return;
        }

        var began = Stopwatch.GetTimestamp();
        var (seenAt, changedAt) = (began, began);
        var (present, completed) = (-1, -1L);
        for (var spin = default(SpinWait); ; spin.SpinOnce(sleep1Threshold: -1))
        {
            var working = WorkingThreads;
            if (IsIdle(working))
            {
                return;
            }

            var now = Stopwatch.GetTimestamp();
            var (presentNow, completedNow) = (presence.Count, ThreadPool.CompletedWorkItemCount);
            _blocked = Math.Min(_blocked, presentNow);
            var isPending = ThreadPool.PendingWorkItemCount > 0;
            if (presentNow > 0 || isPending)
            {
                seenAt = now;
            }
            else if (Stopwatch.GetElapsedTime(seenAt, now) >= Unseen)
            {
                LearnFloor(working);
                return;
            }

            if (isPending || presentNow != present || completedNow != completed)
            {
                (present, completed, changedAt) = (presentNow, completedNow, now);
            }
            else if (Stopwatch.GetElapsedTime(changedAt, now) >= (present <= _blocked ? StillBlocked : NewlyBlocked))
            {
                _blocked = present;
                return;
            }

            if (Stopwatch.GetElapsedTime(began, now) >= Spinning)
            {
                Thread.Sleep(1);
            }
        }
    }

    private bool IsIdle(int working)
    {
        var floor = Volatile.Read(ref _floor);
        if (working < floor)
        {
            Volatile.Write(ref _floor, floor = working);
        }

        if (working > floor || presence.Count > 0 || ThreadPool.PendingWorkItemCount > 0)
        {
            return false;
        }

        _blocked = 0;
        return true;
    }

    private void LearnFloor(int working)
    {
        _sameWorking = working == _lastWorking ? _sameWorking + 1 : 0;
        _lastWorking = working;
        if (_sameWorking >= Convincing)
        {
            Volatile.Write(ref _floor, working);
            _sameWorking = 0;
        }
    }
}
