using System.Diagnostics;

namespace UDPack.Testing.Driving;

/// <summary>
/// Waits until the application has done what it can without time passing: until no thread of the pool works. Threads that
/// block, and other tests of the process, would make that wait endless; so a pool in which nothing changes for a while
/// counts as quiet, and so does one that others keep busy without a pause.
/// </summary>
internal sealed class PoolQuiet
{
    private static readonly TimeSpan NewlyStuck = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StillStuck = TimeSpan.FromMicroseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Spinning = TimeSpan.FromMilliseconds(2);

    // How many threads are known to be stuck: those need not be waited for again and again.
    private int _stuck;

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

    public void Wait()
    {
        if (IsIdle())
        {
            return;
        }

        var began = Stopwatch.GetTimestamp();
        var (working, completed, unchangedSince) = (-1, -1L, began);
        for (var spin = default(SpinWait); !IsIdle(); spin.SpinOnce(sleep1Threshold: -1))
        {
            var now = Stopwatch.GetTimestamp();
            var (workingNow, completedNow) = (WorkingThreads, ThreadPool.CompletedWorkItemCount);
            if (workingNow != working || completedNow != completed || ThreadPool.PendingWorkItemCount > 0)
            {
                (working, completed, unchangedSince) = (workingNow, completedNow, now);
            }
            else if (Stopwatch.GetElapsedTime(unchangedSince, now) >= (working <= _stuck ? StillStuck : NewlyStuck))
            {
                _stuck = working;
                return;
            }

            var waited = Stopwatch.GetElapsedTime(began, now);
            if (waited >= Longest)
            {
                return;
            }

            if (waited >= Spinning)
            {
                Thread.Sleep(1);
            }
        }

        _stuck = 0;
    }

    private static bool IsIdle() => WorkingThreads == 0 && ThreadPool.PendingWorkItemCount == 0;
}
