using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using UDPack.Loop;
using UDPack.Tests.Network;

namespace UDPack.Tests.Loop;

public class EventLoopTests
{
    [Fact]
    public async Task A_turn_receives_works_and_sends_in_that_order_and_then_waits()
    {
        var log = new List<string>();
        var socket = new FakeSocket(log.Add);
        var endpoint = new FakeEndpoint(log.Add);
        var loop = Loop(socket, endpoint, onTurn: _ => log.Add("turn"));
        loop.Post(_ => log.Add("work 1"));
        loop.Post(_ => log.Add("work 2"));
        socket.Arrive(new byte[7]);

        loop.Start();
        await socket.Waits.Reader.ReadAsync().Soon();
        loop.Stop();
        await loop.Completion.Soon();

        Assert.Equal(["datagram 7", "work 1", "work 2", "turn", "send", "wait"], log.Take(6));
        Assert.True(socket.IsDisposed);
    }

    [Fact]
    public async Task At_most_sixty_four_datagrams_are_taken_before_work_has_its_turn()
    {
        var datagrams = 0;
        var seen = -1;
        var socket = new FakeSocket();
        var endpoint = new FakeEndpoint(entry => datagrams += entry.StartsWith("datagram", StringComparison.Ordinal) ? 1 : 0);
        var loop = Loop(socket, endpoint);
        for (var i = 0; i < 1000; i++)
        {
            socket.Arrive(new byte[1]);
        }

        loop.Post(_ => seen = datagrams);
        loop.Start();
        await socket.Waits.Reader.ReadAsync().Soon();
        loop.Stop();
        await loop.Completion.Soon();

        Assert.Equal(64, seen);
        Assert.Equal(1000, datagrams);
    }

    [Fact]
    public async Task Many_posts_wake_a_sleeping_loop_once()
    {
        var socket = new FakeSocket();
        var loop = Loop(socket, new FakeEndpoint());
        loop.Start();
        await socket.Waits.Reader.ReadAsync().Soon();
        using var hold = new ManualResetEventSlim();
        var done = new TaskCompletionSource();

        loop.Post(_ => hold.Wait(Patience.Limit));
        for (var i = 0; i < 100; i++)
        {
            loop.Post(_ => { });
        }

        loop.Post(_ => done.SetResult());
        hold.Set();
        await done.Task.Soon();

        Assert.InRange(socket.Wakes, 1, 2);
        loop.Stop();
        await loop.Completion.Soon();
    }

    [Fact]
    public async Task No_wake_up_is_lost_however_posts_and_sleeps_interleave()
    {
        var socket = new FakeSocket();
        var loop = Loop(socket, new FakeEndpoint());
        loop.Start();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                var ran = new TaskCompletionSource();
                loop.Post(_ => ran.SetResult());
                await ran.Task;
            }
        }))).Soon();

        loop.Stop();
        await loop.Completion.Soon();
    }

    [Fact]
    public async Task Stopping_at_any_moment_ends_the_loop()
    {
        for (var i = 0; i < 200; i++)
        {
            var loop = Loop(new FakeSocket(), new FakeEndpoint { Idle = true });
            loop.Start();
            if (i % 2 == 0)
            {
                loop.Stop();
            }
            else
            {
                loop.StopWhenIdle();
            }

            await loop.Completion.Soon();
        }
    }

    [Fact]
    public async Task A_timer_fires_when_the_tests_clock_says_so_and_not_before()
    {
        var time = new FakeTimeProvider();
        var socket = new FakeSocket();
        var endpoint = new FakeEndpoint();
        var loop = Loop(socket, endpoint, time);
        var rang = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(now => endpoint.Arm(new Alarm(at => rang.TrySetResult(at)), now + 1_000_000));
        loop.Start();
        await loop.TurnAsync();

        time.Advance(TimeSpan.FromMilliseconds(999));
        await loop.TurnAsync();
        Assert.False(rang.Task.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(3));

        Assert.InRange(await rang.Task.Soon(), 1_000_000, 1_002_000);
        loop.Stop();
        await loop.Completion.Soon();
    }

    [Fact]
    public async Task Timers_are_not_missed_when_the_clock_leaps_while_the_loop_goes_to_sleep()
    {
        var time = new FakeTimeProvider();
        var socket = new FakeSocket();
        var endpoint = new FakeEndpoint();
        var loop = Loop(socket, endpoint, time);
        loop.Start();

        for (var i = 0; i < 2_000; i++)
        {
            var rang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(now =>
            {
                endpoint.Arm(new Alarm(_ => rang.SetResult()), now + 100_000);
                armed.SetResult();
            });
            await armed.Task.Soon();

            // The loop is somewhere between that work and its wait.
            time.Advance(TimeSpan.FromMilliseconds(102));
            await rang.Task.Soon();
        }

        loop.Stop();
        await loop.Completion.Soon();
    }

    [Fact]
    public async Task What_throws_on_the_loop_ends_it_loudly()
    {
        var logger = new FakeLogger();
        var socket = new FakeSocket();
        var loop = new EventLoop("front", socket, new FakeEndpoint { Throws = true }, new LoopClock(TimeProvider.System, socket), logger);
        socket.Arrive(new byte[1]);

        loop.Start();

        await Assert.ThrowsAsync<InvalidOperationException>(() => loop.Completion.Soon());
        var record = Assert.Single(logger.Collector.GetSnapshot());
        Assert.Equal(LogLevel.Critical, record.Level);
        Assert.Contains("front", record.Message, StringComparison.Ordinal);
        Assert.True(socket.IsDisposed);
    }

    [Fact]
    public async Task The_loops_thread_does_not_carry_its_starters_async_locals()
    {
        var local = new AsyncLocal<string> { Value = "request" };
        var socket = new FakeSocket();
        var loop = Loop(socket, new FakeEndpoint());
        loop.Start();
        var seen = new TaskCompletionSource<string?>();

        loop.Post(_ => seen.SetResult(local.Value));

        Assert.Null(await seen.Task.Soon());
        loop.Stop();
        await loop.Completion.Soon();
    }

    private static EventLoop Loop(FakeSocket socket, FakeEndpoint endpoint, TimeProvider? time = null, Action<long>? onTurn = null) =>
        new("test", socket, endpoint, new LoopClock(time ?? TimeProvider.System, socket), NullLogger.Instance, onTurn);
}
