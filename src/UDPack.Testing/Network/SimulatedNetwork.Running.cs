using UDPack.Testing.Driving;
using UDPack.Testing.Sockets;

namespace UDPack.Testing;

public sealed partial class SimulatedNetwork
{
    private static readonly TimeSpan UnattendedTime = TimeSpan.FromMinutes(2);

    private readonly Driver _driver;
    private readonly Watchdog _watchdog;
    private Run? _run;
    private volatile bool _isDisposed;

    /// <summary>The longest a run may take in virtual time. Default a day.</summary>
    public TimeSpan VirtualTimeLimit { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The longest a run may take in real time, unless a debugger is attached. Default 60 s.</summary>
    public TimeSpan RealTimeLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Starts the scenario on the thread pool and lets time pass until it ends.</summary>
    /// <param name="scenario">The test. It waits with <see cref="TimeProvider"/>: <c>await Task.Delay(delay, network.TimeProvider)</c>.</param>
    /// <exception cref="TimeoutException">It did not end within the limits.</exception>
    /// <exception cref="InvalidOperationException">It waits for something that cannot come; or another run is on its way.</exception>
    public Task RunAsync(Func<Task> scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return RunTaskAsync(() => Task.Run(_presence.Marked(scenario)));
    }

    /// <inheritdoc cref="RunAsync(Func{Task})"/>
    /// <returns>What the scenario returned.</returns>
    public async Task<T> RunAsync<T>(Func<Task<T>> scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        Task<T>? task = null;
        await RunTaskAsync(() => task = Task.Run(_presence.Marked(scenario))).ConfigureAwait(false);
        return await task!.ConfigureAwait(false);
    }

    /// <summary>
    /// Lets time pass until the task ends, and awaits it. Prefer the form with a scenario: a task that was started under a test
    /// framework's synchronization context continues where the network cannot see that it is at work.
    /// </summary>
    /// <inheritdoc cref="RunAsync(Func{Task})"/>
    public Task RunAsync(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return RunTaskAsync(() => task);
    }

    /// <summary>Lets this much time pass. Within a run use <c>await Task.Delay(time, network.TimeProvider)</c> instead.</summary>
    /// <exception cref="TimeoutException">It took too much real time.</exception>
    /// <exception cref="InvalidOperationException">Another run is on its way.</exception>
    public Task AdvanceAsync(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return StartAsync(new Run(_agenda, time, RealTimeLimit) { EndsByTime = true });
    }

    /// <summary>Lets time pass until a condition holds. It is asked whenever the application is idle, by the driver: it must be quick.</summary>
    /// <param name="condition">What to wait for.</param>
    /// <param name="limit">The longest to wait, in virtual time.</param>
    /// <exception cref="TimeoutException">It did not come true.</exception>
    /// <exception cref="InvalidOperationException">Nothing is left that could happen; or another run is on its way.</exception>
    public Task RunUntilAsync(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero);
        return StartAsync(new Run(_agenda, limit, RealTimeLimit) { Condition = condition });
    }

    /// <summary>Ends all loops that are left, as an abrupt end of their process would: peers hear nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? running;
        lock (_gate)
        {
            _isDisposed = true;
            running = _run?.Completion;
            _run?.Cancel();
        }

        _watchdog.Dispose();
        await (running ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        DrivenLoop[] left;
        lock (_gate)
        {
            left = [.. _live.OrderBy(static loop => loop.Number)];
        }

        foreach (var loop in left)
        {
            // The run is over, so nobody else turns it.
            loop.Loop.Stop();
            loop.Loop.Step();
        }
    }

    /// <summary>The socket's loop has something to do.</summary>
    internal void OnWake(SimulatedSocket socket)
    {
        if (socket.Owner is not { } loop)
        {
            return;
        }

        _agenda.MarkReady(loop);
        if (Volatile.Read(ref _run) is null)
        {
            _watchdog.Arm();
        }
    }

    private async Task RunTaskAsync(Func<Task> begin)
    {
        Task? task = null;
        var context = ExecutionContext.Capture();
        await StartAsync(
            new Run(_agenda, VirtualTimeLimit, RealTimeLimit) { Condition = () => task is { IsCompleted: true } },
            BeginInContext).ConfigureAwait(false);
        await task!.ConfigureAwait(false);

        void BeginInContext()
        {
            if (context is null)
            {
                task = begin();
            }
            else
            {
                ExecutionContext.Run(context, _ => task = begin(), null);
            }
        }
    }

    private async Task StartAsync(Run run, Action? begin = null)
    {
        while (!TryClaim(run, out var unattended))
        {
            await unattended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _watchdog.Disarm();
        _driver.Start(run, begin, Release);
        await run.Completion.ConfigureAwait(false);
    }

    private bool TryClaim(Run run, out Task unattended)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            unattended = Task.CompletedTask;
            if (_run is null)
            {
                _run = run;
                return true;
            }

            if (!_run.IsUnattended)
            {
                throw new InvalidOperationException(
                    "The simulated network is running already. Within a run time passes by itself: wait with await Task.Delay(time, network.TimeProvider).");
            }

            unattended = _run.Completion;
            _run.Cancel();
            return false;
        }
    }

    private void Release()
    {
        Volatile.Write(ref _run, null);
        if (_agenda.HasReadyLoop)
        {
            _watchdog.Arm();
        }
    }

    /// <summary>Something waits outside of a run, such as the disposal of a host after a test has failed: it must not wait for ever.</summary>
    private void OnNeglect()
    {
        var run = new Run(_agenda, UnattendedTime, RealTimeLimit) { EndsByTime = true, IsUnattended = true };
        lock (_gate)
        {
            if (_isDisposed || _run is not null || !_agenda.HasReadyLoop)
            {
                return;
            }

            _run = run;
        }

        _driver.Start(run, null, Release);
    }
}
