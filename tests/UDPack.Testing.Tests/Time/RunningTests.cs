using System.Diagnostics;
using UDPack.Testing.Tests.Network;

namespace UDPack.Testing.Tests.Time;

/// <summary>What drives the network, and what stops it.</summary>
public sealed class RunningTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SimulatedNetwork _network = new(1);

    private TimeProvider Clock => _network.TimeProvider;

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public async Task A_scenario_returns_its_result_or_throws_its_exception()
    {
        Assert.Equal(42, await _network.RunAsync(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), Clock);
            return 42;
        }));
        var exception = await Assert.ThrowsAsync<InvalidTimeZoneException>(() => _network.RunAsync(async () =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), Clock);
            throw new InvalidTimeZoneException("mine");
        }));
        Assert.Equal("mine", exception.Message);
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => _network.RunAsync((Func<Task>)(() => throw new InvalidTimeZoneException())));
    }

    [Fact]
    public async Task A_task_that_was_started_before_is_driven_to_its_end()
    {
        var task = Task.Delay(TimeSpan.FromMinutes(1), Clock);
        await _network.RunAsync(task);
        Assert.True(task.IsCompletedSuccessfully);
        await _network.RunAsync(Task.CompletedTask);
        Assert.Equal(TimeSpan.FromMinutes(1), _network.Elapsed);
    }

    [Fact]
    public async Task A_scenario_keeps_the_async_locals_of_its_test()
    {
        var local = new AsyncLocal<int> { Value = 7 };
        Assert.Equal(7, await _network.RunAsync(() => Task.FromResult(local.Value)));
    }

    [Fact]
    public async Task Advancing_moves_exactly_so_far_and_does_what_is_due_on_the_way()
    {
        var task = Task.Delay(TimeSpan.FromSeconds(2), Clock);
        await _network.AdvanceAsync(TimeSpan.FromSeconds(2) - TimeSpan.FromMicroseconds(1));
        Assert.False(task.IsCompleted);
        await _network.AdvanceAsync(TimeSpan.FromMicroseconds(1));
        Assert.True(task.IsCompleted);
        await _network.AdvanceAsync(TimeSpan.FromDays(400));
        Assert.Equal(TimeSpan.FromSeconds(2) + TimeSpan.FromDays(400), _network.Elapsed);
    }

    [Fact]
    public async Task Running_until_a_condition_stops_when_it_holds_and_fails_at_its_limit()
    {
        var count = 0;
        using var timer = Clock.CreateTimer(_ => count++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        await _network.RunUntilAsync(() => count == 5, TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.FromSeconds(5), _network.Elapsed);
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => _network.RunUntilAsync(() => count < 0, TimeSpan.FromMinutes(1)));
        Assert.Contains("00:01:00 of virtual time", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_condition_that_throws_fails_the_run() =>
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => _network.RunUntilAsync(() => throw new InvalidTimeZoneException(), Patience));

    [Fact]
    public async Task An_observer_that_throws_fails_the_run()
    {
        _network.DatagramObserved = _ => throw new InvalidTimeZoneException("mine");
        var exception = await Assert.ThrowsAsync<InvalidTimeZoneException>(() => _network.RunAsync(async () =>
        {
            await using var client = Net.Client(_network);
            await client.ConnectAsync();
        }));
        Assert.Equal("mine", exception.Message);
    }

    [Fact]
    public async Task A_scenario_that_takes_too_long_fails_with_advice()
    {
        _network.VirtualTimeLimit = TimeSpan.FromHours(1);
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => _network.RunAsync(() => Task.Delay(TimeSpan.FromHours(2), Clock)));
        Assert.Contains("network.TimeProvider", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scenario_that_never_lets_time_pass_fails_by_real_time()
    {
        _network.RealTimeLimit = TimeSpan.FromMilliseconds(200);
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => _network.RunAsync(async () =>
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromMicroseconds(1), Clock);
            }
        }));
        Assert.Contains("RealTimeLimit", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scenario_that_waits_for_nothing_fails_instead_of_hanging()
    {
        var never = new TaskCompletionSource();
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => _network.RunAsync(() => never.Task));
        Assert.Contains("stands still", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Real_time_in_a_scenario_is_waited_for_while_nothing_else_is_due()
    {
        await _network.RunAsync(async () =>
        {
            await Task.Delay(50);
            await Task.Delay(TimeSpan.FromSeconds(3), Clock);
        });
        Assert.Equal(TimeSpan.FromSeconds(3), _network.Elapsed);
    }

    [Fact]
    public async Task A_run_within_a_run_is_refused_with_advice()
    {
        await _network.RunAsync(async () =>
        {
            var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => _network.AdvanceAsync(TimeSpan.FromSeconds(1)));
            Assert.Contains("Task.Delay(time, network.TimeProvider)", exception.Message, StringComparison.Ordinal);
        });
        await _network.AdvanceAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task An_application_that_blocks_threads_gets_what_it_waits_for()
    {
        await _network.RunAsync(() =>
        {
            Task.Delay(TimeSpan.FromMinutes(1), Clock).GetAwaiter().GetResult();
            return Task.CompletedTask;
        });
        Assert.Equal(TimeSpan.FromMinutes(1), _network.Elapsed);
    }

    [Fact]
    public async Task What_is_disposed_outside_of_a_run_ends_after_a_while_all_the_same()
    {
        var (listener, client) = await _network.RunAsync(async () =>
        {
            var listener = Net.Listen(_network);
            var client = Net.Client(_network);
            await client.ConnectAsync();
            return (listener, client);
        });

        await client.DisposeAsync().AsTask().WaitAsync(Patience);
        await listener.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task Disposal_ends_the_loops_that_are_left_and_nothing_runs_after_it()
    {
        var (listener, session) = await _network.RunAsync(async () =>
        {
            var listener = Net.Listen(_network);
            return (listener, await Net.Client(_network).ConnectAsync());
        });

        await _network.DisposeAsync();

        await listener.Completion.WaitAsync(Patience);
        await session.CloseAsync().AsTask().WaitAsync(Patience);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _network.AdvanceAsync(TimeSpan.FromSeconds(1)));
        Assert.Throws<ObjectDisposedException>(() => Net.Listen(_network));
    }

    [Fact]
    public async Task Networks_run_side_by_side()
    {
        var began = Stopwatch.GetTimestamp();
        var networks = Enumerable.Range(0, 4).Select(seed => new SimulatedNetwork(seed)).ToList();
        await Task.WhenAll(networks.Select(network => network.RunAsync(async () =>
        {
            await using var listener = Net.Listen(network);
            var echo = Net.EchoAsync(listener);
            await using var client = Net.Client(network);
            await using var session = await client.ConnectAsync();
            for (var i = 0; i < 20; i++)
            {
                await session.EchoesAsync("hello");
            }
        })));
        Assert.Single(networks.Select(network => network.Elapsed).Distinct());
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, Patience);
    }
}
