using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using static UDPack.Hosting.UdpackConnectionState;

namespace UDPack.Hosting.Tests.Clients;

/// <summary>When a client connects again, and when it does not.</summary>
public sealed class ReconnectTests
{
    [Fact]
    public async Task A_policy_decides_the_exact_times_of_the_attempts_and_the_end()
    {
        await using var world = new ClientWorld();
        var policy = new ListedDelays(1, 2, 5);
        world.ClientBuilder.AddReconnectPolicy(policy);
        await world.RunAsync(async () =>
        {
            var exception = await Assert.ThrowsAsync<UdpackException>(async () => await world.Connection.GetSessionAsync());
            Assert.Equal(UdpackError.NameNotResolved, exception.Error);
            Assert.Contains("'telemetry' has given up", exception.Message, StringComparison.Ordinal);
            Assert.Contains(world.Logs, record => record.Id.Id == 2103);
        });

        Assert.Equal(
        [
            (0, Disconnected, Connecting, null),
            (0, Connecting, Connecting, 1),
            (1, Connecting, Connecting, 2),
            (3, Connecting, Connecting, 5),
            (8, Connecting, Closed, null),
        ], Summary(world));
        Assert.Equal([(0, 0), (1, 1), (2, 3), (3, 8)], policy.Asked.Select(context => (context.PreviousAttempts, context.Elapsed.TotalSeconds)));
        Assert.All(policy.Asked, context => Assert.Equal(UdpackError.NameNotResolved, Assert.IsType<UdpackException>(context.LastError).Error));
        Assert.All(world.Changes.Skip(1), pair => Assert.IsType<UdpackException>(pair.Change.Error));
    }

    [Fact]
    public async Task The_delays_of_the_settings_grow_to_their_maximum_and_end_after_the_last_attempt()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"), ("Reconnect:MaxDelay", "00:00:30"), ("Reconnect:MaxAttempts", "7"));
        await world.RunAsync(() => world.UntilAsync(Closed));

        Assert.Equal([1, 2, 4, 8, 16, 30, 30], world.Changes.Select(pair => pair.Change.NextDelay?.TotalSeconds).OfType<double>());
        Assert.Equal(91, world.Changes[^1].At.TotalSeconds);
    }

    [Fact]
    public async Task Without_reconnecting_the_first_failure_is_the_last()
    {
        await using var world = new ClientWorld(("Reconnect:Enabled", "false"));
        await world.RunAsync(() => world.UntilAsync(Closed));
        Assert.Equal([(0, Disconnected, Connecting, null), (0, Connecting, Closed, null)], Summary(world));
    }

    [Fact]
    public async Task A_host_starts_without_its_server_and_finds_it_when_it_comes()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        await world.RunAsync(async () =>
        {
            await world.DelayAsync(2.5);
            await using var server = world.Listen();
            var session = await world.Connection.GetSessionAsync();
            Assert.Equal((Connected, session), (world.Connection.State, world.Connection.Session));
            Assert.InRange(world.Network.Elapsed.TotalSeconds, 3, 3.1);
        });
        Assert.Equal([Connecting, Connecting, Connecting, Connected, Closed], world.Changes.Select(pair => pair.Change.Current));
        Assert.Null(world.Changes[^1].Change.Error);
    }

    [Fact]
    public async Task A_server_that_says_goodbye_is_connected_to_again()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        await world.RunWithServerAsync(async server =>
        {
            var first = await world.Connection.GetSessionAsync();
            await world.DelayAsync(1);
            await server.StopAsync();
            await world.UntilAsync(Reconnecting);
            Assert.Null(world.Connection.Session);
            await using var again = world.Listen();

            var second = await world.Connection.GetSessionAsync();

            Assert.NotSame(first, second);
            var lost = Assert.Single(world.Changes, pair => pair.Change is { Previous: Connected, Current: Reconnecting });
            Assert.Same(first, lost.Change.Session);
            Assert.Equal(UdpackError.SessionClosed, Assert.IsType<UdpackException>(lost.Change.Error).Error);
            Assert.Equal(TimeSpan.Zero, lost.Change.NextDelay);
            Assert.InRange((world.Changes[^1].At - lost.At).TotalSeconds, 0, 0.1);
            Assert.Contains(world.Logs, record => record is { Id.Id: 2114, Level: LogLevel.Information });
            Assert.DoesNotContain(world.Logs, record => record.Level >= LogLevel.Warning);
        });
        Assert.Equal([Connecting, Connected, Reconnecting, Connected, Closed], world.Changes.Select(pair => pair.Change.Current));
    }

    [Fact]
    public async Task A_server_that_ends_every_session_at_once_is_not_stormed()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"), ("Reconnect:MaxDelayWhenRefused", "00:00:30"));
        await world.RunWithServerAsync(async server =>
        {
            foreach (var lasts in new[] { 1, 1, 1, 31, 1 })
            {
                await world.Connection.GetSessionAsync();
                await world.DelayAsync(lasts);
                await Task.WhenAll(server.Sessions.Select(session => session.CloseAsync().AsTask()));
                await world.UntilAsync(Reconnecting);
            }
        });

        Assert.Equal([0, 1, 2, 0, 1], world.Changes.Select(pair => pair.Change.NextDelay?.TotalSeconds).OfType<double>());
    }

    [Fact]
    public async Task The_count_of_retries_that_failed_in_a_row_begins_again_with_each_session()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"), ("Reconnect:MaxAttempts", "4"), ("ConnectTimeout", "00:00:02"));
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            await world.DelayAsync(1);
            await server.StopAsync();
            for (var outage = 0; outage < 4; outage++)
            {
                await world.DelayAsync(5);
                Assert.True(world.Connection.State == Reconnecting, string.Join("; ", Summary(world)));
                await using var again = world.Listen();
                await world.UntilAsync(Connected);
                await world.DelayAsync(5);
                await again.StopAsync();
                await world.UntilAsync(Reconnecting);
            }

            // All that fail in a row.
            await world.DelayAsync(30);
            Assert.Equal(Closed, world.Connection.State);
        });
    }

    [Fact]
    public async Task A_server_that_crashed_and_came_back_is_connected_to_again()
    {
        await using var world = new ClientWorld(("KeepAlive", "00:00:02"));
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            await server.CrashAsync();
            await using var again = world.Listen();
            await world.UntilAsync(Reconnecting);
            await world.Connection.GetSessionAsync();
            var lost = Assert.Single(world.Changes, pair => pair.Change.Current == Reconnecting);
            Assert.Equal(UdpackError.PeerRestarted, Assert.IsType<UdpackException>(lost.Change.Error).Error);
        });
    }

    [Fact]
    public async Task A_session_that_expires_in_a_dead_network_is_replaced_when_the_network_is_back()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            world.Network.Blackhole(TimeSpan.FromMinutes(2));
            await world.UntilAsync(Reconnecting);
            await world.Connection.GetSessionAsync();
            var lost = world.Changes.First(pair => pair.Change.Current == Reconnecting);
            Assert.Equal(UdpackError.SessionExpired, Assert.IsType<UdpackException>(lost.Change.Error).Error);
            Assert.InRange(world.Network.Elapsed.TotalSeconds, 120, 122.2);
            Assert.Contains(world.Changes, pair => pair.Change is { Previous: Reconnecting, Current: Reconnecting, Error: UdpackException { Error: UdpackError.ConnectTimeout } });
        });
    }

    [Fact]
    public async Task A_session_that_the_application_closes_is_not_replaced()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            var session = await world.Connection.GetSessionAsync();
            await session.CloseAsync();
            await world.UntilAsync(Closed);
            var exception = await Assert.ThrowsAsync<UdpackException>(async () => await world.Connection.GetSessionAsync());
            Assert.Equal((UdpackError.SessionClosed, "The client 'telemetry' is closed."), (exception.Error, exception.Message));
            await world.DelayAsync(100);
            Assert.Single(server.Sessions);
        });
    }

    [Fact]
    public async Task A_session_that_is_disposed_because_it_was_lost_is_replaced_all_the_same()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            var session = await world.Connection.GetSessionAsync();
            var reading = Task.Run(async () =>
            {
                await using (session)
                {
                    await Assert.ThrowsAsync<UdpackException>(async () => await session.ReceiveAsync());
                }
            });
            await world.DelayAsync(1);
            await server.StopAsync();
            await reading;
            await using var again = world.Listen();
            Assert.NotSame(session, await world.Connection.GetSessionAsync());
        });
    }

    [Fact]
    public async Task A_session_that_the_application_aborts_is_replaced()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            (await world.Connection.GetSessionAsync()).Abort();
            await world.UntilAsync(Reconnecting);
            await world.Connection.GetSessionAsync();
            await world.DelayAsync(1);
            Assert.Equal(2, server.Sessions.Length);
        });
    }

    [Fact]
    public async Task A_stopping_host_delivers_what_it_sent_and_closes()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.SendAsync("last words"u8.ToArray());
            await world.Host.StopAsync();

            Assert.Equal(Closed, world.Connection.State);
            await world.DelayAsync(1);
            Assert.Equal(["last words"], server.Packets);
            Assert.Equal(SessionEndCause.ClosedByPeer, Assert.Single(server.Sessions).CloseReason?.Cause);
        });
    }

    [Fact]
    public async Task A_host_stops_at_once_while_its_client_waits_to_try_again()
    {
        await using var world = new ClientWorld();
        await world.RunAsync(async () =>
        {
            await world.DelayAsync(60);
            var before = world.Network.Elapsed;
            await world.Host.StopAsync();
            Assert.Equal(before, world.Network.Elapsed);
            Assert.Equal(Closed, world.Connection.State);
        });
    }

    [Fact]
    public async Task A_host_stops_within_the_drain_when_its_server_is_gone()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            world.Network.Blackhole(TimeSpan.FromHours(1));
            await world.Connection.SendAsync("nobody hears this"u8.ToArray());
            var before = world.Network.Elapsed;
            await world.Host.StopAsync();
            Assert.InRange((world.Network.Elapsed - before).TotalSeconds, 4.9, 5.1);
            Assert.Equal(Closed, world.Connection.State);
        });
    }

    [Fact]
    public async Task A_policy_that_throws_is_logged_and_the_settings_delay_is_used()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        world.ClientBuilder.AddReconnectPolicy<Broken>();
        await world.RunAsync(async () =>
        {
            await world.DelayAsync(2);
            Assert.Equal(2, world.Logs.Count(record => record.Id.Id == 2106));
        });
        Assert.Equal([1, 2], world.Changes.Select(pair => pair.Change.NextDelay?.TotalSeconds).OfType<double>());
    }

    [Fact]
    public async Task Handlers_that_throw_are_logged_and_disturb_nobody()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        await world.RunUnstartedAsync(async () =>
        {
            world.Connection.StateChanged += (_, _) => throw new InvalidTimeZoneException("a handler");
            var (running, seen) = (0, new List<UdpackConnectionState>());
            world.Connection.StateChanged += (sender, change) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref running));
                Assert.Equal(change.Current, ((UdpackConnection)sender!).State);
                Thread.Yield();
                seen.Add(change.Current);
                Interlocked.Decrement(ref running);
            };
            await using var server = world.Listen();
            await world.Host.StartAsync();
            await world.Connection.GetSessionAsync();
            await world.Host.StopAsync();
            Assert.Equal([Connecting, Connected, Closed], seen);
            Assert.Equal(3, world.Logs.Count(record => record.Id.Id == 2105));
        });
    }

    [Fact]
    public async Task The_reader_of_the_events_may_use_the_session_at_once()
    {
        await using var world = new ClientWorld();
        await world.RunUnstartedAsync(async () =>
        {
            world.Connection.StateChanged += (sender, change) =>
            {
                if (change.Session is { } session && change.Current == Connected)
                {
                    Assert.True(((UdpackConnection)sender!).SendAsync("hello"u8.ToArray()).AsTask().IsCompletedSuccessfully);
                    Assert.Same(session, ((UdpackConnection)sender).Session);
                }
            };
            await using var server = world.Listen();
            await world.Host.StartAsync();
            await world.DelayAsync(1);
            Assert.Equal(["hello"], server.Packets);
            Assert.DoesNotContain(world.Logs, record => record.Level >= LogLevel.Error);
        });
    }

    private static IEnumerable<(double At, UdpackConnectionState Previous, UdpackConnectionState Current, double? Delay)> Summary(ClientWorld world) =>
        world.Changes.Select(pair => (pair.At.TotalSeconds, pair.Change.Previous, pair.Change.Current, pair.Change.NextDelay?.TotalSeconds));

    private sealed class ListedDelays(params double[] seconds) : IUdpackReconnectPolicy
    {
        public List<UdpackReconnectContext> Asked { get; } = [];

        public TimeSpan? NextDelay(UdpackReconnectContext context)
        {
            Asked.Add(context);
            return Asked.Count <= seconds.Length ? TimeSpan.FromSeconds(seconds[Asked.Count - 1]) : null;
        }
    }

    private sealed class Broken : IUdpackReconnectPolicy
    {
        public TimeSpan? NextDelay(UdpackReconnectContext context) => throw new InvalidTimeZoneException("a policy");
    }
}
