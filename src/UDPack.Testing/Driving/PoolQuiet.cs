using System.Diagnostics;

namespace UDPack.Testing.Driving;

/// <summary>
/// Waits until the application has done what it can without time passing: until no thread of the pool works for the
/// network. Work that carries the network's mark is counted; for the rest there is only the pool as a whole, which other
/// tests use as well, and in which a test runner may have blocked a few threads for good.
/// </summary>
internal sealed class PoolQuiet(Presence presence)
{
    /// <summary>How long marked threads must be still, all of them, and asleep, to count as blocked.</summary>
    private static readonly TimeSpan NewlyBlocked = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// As <see cref="NewlyBlocked"/>, for threads that are not asleep: they compute, or wait in a way that cannot be seen. Only the first
    /// time, or those who wait that way would cost as much with each step.
    /// </summary>
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(2);

    /// <summary>As <see cref="NewlyBlocked"/>, for as many threads as are blocked already.</summary>
    private static readonly TimeSpan StillBlocked = TimeSpan.FromMilliseconds(1);

    /// <summary>How long nothing of the network's must be seen in a pool that works: a thread may have taken work and not yet its mark.</summary>
    private static readonly TimeSpan Unseen = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// What one look adds to the stillness at most. A machine that stops everything for a while (a collection, other tests, other
    /// machines on the same host) stops the looks as well, and a thread that waits for its processor is not blocked.
    /// </summary>
    private static readonly TimeSpan MostPerLook = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan Spinning = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan FirstCalibration = TimeSpan.FromMilliseconds(1);

    /// <summary>After so many quiet moments in which the same number of threads worked and got nothing done, those are taken for a test runner's.</summary>
    private const int Convincing = 10;

    private const int SpareThreads = 6;

    // Threads that are at work even when nothing happens.
    private static int _floor = int.MaxValue;

    private int _blocked;

    // As many were waited for in vain though they were awake.
    private int _awake;
    private int _lastUnknown;
    private int _sameUnknown;

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
            Volatile.Write(ref _floor, Math.Min(Volatile.Read(ref _floor), Math.Max(UnknownThreads, 0)));
            Thread.Yield();
        }
        while (Stopwatch.GetElapsedTime(began) < patience);
    }

    public void Wait(Run run)
    {
        if (IsIdle(UnknownThreads))
        {
            return;
        }

        var began = Stopwatch.GetTimestamp();
        var (lastLook, still) = (began, TimeSpan.Zero);
        var (isCalm, present, changes, isAsleep, completed) = (false, -1, -1L, false, 0L);
        for (var spin = default(SpinWait); ; spin.SpinOnce(sleep1Threshold: -1))
        {
            var unknown = UnknownThreads;
            if (IsIdle(unknown))
            {
                return;
            }

            var now = Stopwatch.GetTimestamp();
            var (presentNow, changesNow, isAsleepNow) = (presence.Count, presence.Changes, presence.IsAsleep);
            _blocked = Math.Min(_blocked, presentNow);
            _awake = Math.Min(_awake, presentNow);
            if (presentNow != present || changesNow != changes)
            {
                (present, changes, isAsleep, isCalm) = (presentNow, changesNow, isAsleepNow, false);
            }

            // Once awake, awake: what looks for something again and again sleeps in between.
            isAsleep &= isAsleepNow;

            // Work is taken in the order queued: once nothing waits, what the network had queued has been taken.
            if (!isCalm)
            {
                (isCalm, still, completed) = (ThreadPool.PendingWorkItemCount == 0, TimeSpan.Zero, ThreadPool.CompletedWorkItemCount);
            }
            else
            {
                var look = Stopwatch.GetElapsedTime(lastLook, now);
                still += look < MostPerLook ? look : MostPerLook;
            }

            lastLook = now;
            if (isCalm && still >= PatienceWith(present, isAsleep))
            {
                _blocked = present;
                _awake = isAsleep ? _awake : present;
                if (present == 0 && ThreadPool.CompletedWorkItemCount == completed)
                {
                    // Nobody got anything done: whoever works is blocked.
                    LearnFloor(unknown);
                }

                return;
            }

            if (Stopwatch.GetElapsedTime(began, now) >= Spinning)
            {
                run.ThrowIfFailed();
                Thread.Sleep(1);
            }
        }
    }

    /// <summary>Working threads that no network knows of.</summary>
    private static int UnknownThreads
    {
        get
        {
            while (true)
            {
                var known = Presence.WorkingForAny;
                var unknown = WorkingThreads - known;
                if (Presence.WorkingForAny == known)
                {
                    return unknown;
                }
            }
        }
    }

    private TimeSpan PatienceWith(int present, bool areAsleep) =>
        present == 0 ? Unseen
        : !areAsleep ? (present <= _awake ? NewlyBlocked : Busy)
        : present <= _blocked ? StillBlocked
        : NewlyBlocked;

    /// <summary>Whether nothing works for the network, by two looks between which nothing ended: others come and go while one looks.</summary>
    private bool IsIdle(int unknown)
    {
        var completed = ThreadPool.CompletedWorkItemCount;
        var floor = Volatile.Read(ref _floor);
        if (unknown < floor && unknown >= 0)
        {
            // Fewer are blocked than was thought, so one of these may work for the network: look again.
            Volatile.Write(ref _floor, unknown);
            return false;
        }

        if (unknown > floor || presence.Count > 0 || ThreadPool.PendingWorkItemCount > 0
            || UnknownThreads != unknown || presence.Count > 0 || ThreadPool.CompletedWorkItemCount != completed)
        {
            return false;
        }

        (_blocked, _awake) = (0, 0);
        return true;
    }

    private void LearnFloor(int unknown)
    {
        _sameUnknown = unknown == _lastUnknown ? _sameUnknown + 1 : 0;
        _lastUnknown = unknown;
        if (_sameUnknown >= Convincing)
        {
            Volatile.Write(ref _floor, unknown);
            _sameUnknown = 0;
        }
    }
}
