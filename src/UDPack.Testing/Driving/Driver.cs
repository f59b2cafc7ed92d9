using System.Diagnostics;

namespace UDPack.Testing.Driving;

/// <summary>
/// Moves the network: lets the application settle, turns one loop, lets it settle again, and moves time only when there is
/// nothing left to do at the present. One run at a time.
/// </summary>
internal sealed class Driver(Agenda agenda, Presence presence, Action<Arrival> deliver)
{
    private static readonly TimeSpan MostStandstill = TimeSpan.FromSeconds(5);

    private readonly PoolQuiet _quiet = new(presence);

    /// <summary>Drives on a thread of its own, since the pool must be quiet meanwhile.</summary>
    /// <param name="run">What ends the drive.</param>
    /// <param name="begin">Starts what is to be driven.</param>
    /// <param name="onEnd">Called on that thread before the run's task ends.</param>
    public void Start(Run run, Action? begin, Action onEnd)
    {
        var thread = new Thread(() =>
        {
            Exception? failure = null;
            try
            {
                PoolQuiet.Calibrate();
                begin?.Invoke();
                Drive(run);
            }
#pragma warning disable CA1031 // Limits, and conditions of tests: it belongs to whoever waits for the run.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = exception;
            }

            onEnd();
            run.Complete(failure);
        })
        { IsBackground = true, Name = "udpack simulation" };
        thread.UnsafeStart();
    }

    private void Drive(Run run)
    {
        var stillSince = 0L;
        while (true)
        {
            Settle(run);
            if (run.IsOver)
            {
                return;
            }

            if (agenda.TryMoveOn(run.EndsAt))
            {
                stillSince = 0;
                DoWhatIsDue();
            }
            else if (run.EndsByTime)
            {
                agenda.MoveTo(run.EndsAt);
                return;
            }
            else if (agenda.NextDue != long.MaxValue)
            {
                throw run.VirtualTimeout();
            }
            else
            {
                // Perhaps the application waits for a file or another process after all.
                stillSince = stillSince == 0 ? Stopwatch.GetTimestamp() : stillSince;
                if (Stopwatch.GetElapsedTime(stillSince) > MostStandstill && !Debugger.IsAttached)
                {
                    throw run.Stalled();
                }

                Thread.Sleep(1);
            }
        }
    }

    private void Settle(Run run)
    {
        _quiet.Wait(run);
        while (agenda.TakeReady() is { } loop)
        {
            Turn(loop);
            _quiet.Wait(run);
            run.ThrowIfFailed();
        }

        run.ThrowIfFailed();
    }

    private void Turn(DrivenLoop loop)
    {
        presence.Close();
        var wait = loop.Loop.Step();
        presence.Open();
        if (wait == 0)
        {
            agenda.MarkReady(loop);
        }
        else
        {
            agenda.SetDeadline(loop, wait == long.MaxValue ? long.MaxValue : agenda.Now + wait);
        }
    }

    private void DoWhatIsDue()
    {
        while (agenda.TryTakeArrival(out var arrival))
        {
            deliver(arrival);
        }

        agenda.WakeDueLoops();
        if (!agenda.HasReadyLoop && agenda.TakeDueTimer() is { } timer)
        {
            // One at a time: what it sets off settles before the next.
            presence.Queue(static timer => timer.Fire(), timer);
        }
    }
}
