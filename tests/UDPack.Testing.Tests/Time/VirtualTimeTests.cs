using System.Diagnostics;

namespace UDPack.Testing.Tests.Time;

/// <summary>The network's clock under application code.</summary>
public sealed class VirtualTimeTests : IAsyncDisposable
{
    private readonly SimulatedNetwork _network = new(1);

    private TimeProvider Clock => _network.TimeProvider;

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public async Task An_hours_delay_ends_at_once_and_exactly_an_hour_later()
    {
        var began = Stopwatch.GetTimestamp();
        var start = Clock.GetUtcNow();
        await _network.RunAsync(() => Task.Delay(TimeSpan.FromHours(1), Clock));
        Assert.Equal(TimeSpan.FromHours(1), _network.Elapsed);
        Assert.Equal(start.AddHours(1), Clock.GetUtcNow());
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task The_date_starts_where_the_test_wants()
    {
        var start = new DateTimeOffset(2040, 2, 3, 4, 5, 6, TimeSpan.Zero);
        await using var network = new SimulatedNetwork(1, start);
        Assert.Equal(start, network.TimeProvider.GetUtcNow());
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), Clock.GetUtcNow());
    }

    [Fact]
    public async Task Time_stands_still_while_the_application_works()
    {
        await _network.RunAsync(async () =>
        {
            // Other timers that are due would move the clock if it did not wait.
            var other = Task.Delay(TimeSpan.FromMilliseconds(1), Clock);
            var before = Clock.GetTimestamp();
            var until = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 20);
            while (Stopwatch.GetTimestamp() < until)
            {
                Thread.SpinWait(100);
            }

            Assert.Equal(before, Clock.GetTimestamp());
            await other;
        });
    }

    [Fact]
    public async Task A_long_computation_is_waited_for()
    {
        await _network.RunAsync(async () =>
        {
            var other = Task.Delay(TimeSpan.FromMilliseconds(1), Clock);
            var before = Clock.GetTimestamp();
            var until = Stopwatch.GetTimestamp() + (Stopwatch.Frequency / 2);
            while (Stopwatch.GetTimestamp() < until)
            {
                Thread.SpinWait(100);
            }

            Assert.Equal(before, Clock.GetTimestamp());
            await other;
        });
    }

    [Fact]
    public async Task Code_that_polls_gets_what_it_waits_for()
    {
        await _network.RunAsync(() =>
        {
            var delay = Task.Delay(TimeSpan.FromMilliseconds(20), Clock);
            var spin = default(SpinWait);
            while (!delay.IsCompleted)
            {
                spin.SpinOnce();
            }

            return Task.CompletedTask;
        });
        Assert.Equal(TimeSpan.FromMilliseconds(20), _network.Elapsed);
    }

    [Fact]
    public async Task Delays_end_in_the_order_in_which_they_are_due()
    {
        var ended = new List<int>();
        await _network.RunAsync(() => Task.WhenAll(new[] { 50, 10, 30, 10, 40, 20 }.Select(async millis =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(millis), Clock);
            ended.Add(millis);
            Assert.Equal(TimeSpan.FromMilliseconds(millis), _network.Elapsed);
        })));
        Assert.Equal([10, 10, 20, 30, 40, 50], ended);
    }

    [Fact]
    public async Task Timers_repeat_change_and_stop()
    {
        var fired = new List<double>();
        using var timer = Clock.CreateTimer(_ => fired.Add(_network.Elapsed.TotalSeconds), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        await _network.AdvanceAsync(TimeSpan.FromSeconds(6));
        Assert.Equal([1, 3, 5], fired);

        Assert.True(timer.Change(TimeSpan.FromSeconds(0.5), Timeout.InfiniteTimeSpan));
        await _network.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal([1, 3, 5, 6.5], fired);

        Assert.True(timer.Change(TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        await _network.AdvanceAsync(TimeSpan.Zero);
        Assert.Equal([1, 3, 5, 6.5, 16], fired);

        await timer.DisposeAsync();
        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
        await _network.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(5, fired.Count);
    }

    [Fact]
    public async Task Periodic_timers_and_cancellation_by_time_work()
    {
        await _network.RunAsync(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), Clock);
            using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(10.5), Clock);
            var ticks = 0;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                while (await timer.WaitForNextTickAsync(stop.Token))
                {
                    ticks++;
                }
            });
            Assert.Equal(10, ticks);
            Assert.Equal(TimeSpan.FromMinutes(10.5), _network.Elapsed);
        });
    }

    [Fact]
    public async Task Timer_callbacks_see_the_async_locals_of_their_makers()
    {
        var local = new AsyncLocal<string> { Value = "mine" };
        string? seen = null;
        using var timer = Clock.CreateTimer(_ => seen = local.Value, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        local.Value = "other";
        await _network.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal("mine", seen);
    }

    [Fact]
    public void Times_that_timers_do_not_take_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Clock.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(-2), Timeout.InfiniteTimeSpan));
        Assert.Throws<ArgumentOutOfRangeException>(() => Clock.CreateTimer(_ => { }, null, TimeSpan.Zero, TimeSpan.FromDays(50)));
    }
}
