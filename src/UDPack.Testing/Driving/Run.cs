using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace UDPack.Testing.Driving;

/// <summary>One stretch in which the network moves: what ends it, and its limits.</summary>
internal sealed class Run(Agenda agenda, TimeSpan virtualLimit, TimeSpan realLimit)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _startedAt = agenda.Now;
    private readonly long _startedReal = Stopwatch.GetTimestamp();
    private volatile bool _isCancelled;
    private volatile Exception? _failure;

    /// <summary>Ends the run when it holds, asked whenever the application is quiet.</summary>
    public Func<bool>? Condition { get; init; }

    /// <summary>Whether reaching the virtual limit is the run's purpose, not its failure.</summary>
    public bool EndsByTime { get; init; }

    /// <summary>Whether nobody asked for it; see <see cref="Watchdog"/>.</summary>
    public bool IsUnattended { get; init; }

    /// <summary>The virtual time at which it ends at the latest.</summary>
    public long EndsAt { get; } = agenda.Now + (long)virtualLimit.TotalMicroseconds;

    public Task Completion => _completion.Task;

    public bool IsOver => _isCancelled || Condition?.Invoke() == true;

    public void Cancel() => _isCancelled = true;

    public void Complete(Exception? failure)
    {
        if (failure is null)
        {
            _completion.SetResult();
        }
        else
        {
            _completion.SetException(failure);
        }
    }

    /// <summary>Ends the run with an exception of the test's own code.</summary>
    public void Fail(Exception failure) => _failure ??= failure;

    /// <summary>Throws if it failed or took too long.</summary>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        var real = Stopwatch.GetElapsedTime(_startedReal);
        if (real > realLimit && !Debugger.IsAttached)
        {
            throw new TimeoutException(
                $"The simulated network ran for {realLimit.TotalSeconds:0.#} s of real time (RealTimeLimit) without reaching its end. "
                + $"Virtual time moved by {VirtualElapsed}. {Advice}");
        }
    }

    public TimeoutException VirtualTimeout() => new(
        $"The simulated network ran for {virtualLimit} of virtual time without reaching its end. {Advice}");

    public InvalidOperationException Stalled() => new(
        $"The simulated network stands still: no datagram is on its way, no timer is set, and the application is idle, {VirtualElapsed} after the run began. {Advice}");

    private TimeSpan VirtualElapsed => TimeSpan.FromMicroseconds(agenda.Now - _startedAt);

    private static string Advice =>
        $"{PoolQuiet.WorkingThreads} threads of the pool are working. Does the application wait for something that never comes, "
        + "for real time (pass network.TimeProvider to delays and timeouts), or for real I/O?";
}
