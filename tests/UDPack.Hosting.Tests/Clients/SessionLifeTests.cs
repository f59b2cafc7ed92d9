using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using static UDPack.Hosting.UdpackConnectionState;

namespace UDPack.Hosting.Tests.Clients;

/// <summary>What a lasting connection does with each of its sessions: hooks, messages, streams, silence.</summary>
public sealed class SessionLifeTests
{
    [Fact]
    public async Task Hooks_run_in_order_for_each_session_before_anyone_else_has_it()
    {
        await using var world = new ClientWorld();
        world.ClientBuilder
            .AddSessionHook(async (session, cancellationToken) =>
            {
                await session.SendAsync("sign in"u8.ToArray(), cancellationToken);
                using var answer = await session.ReceiveAsync(cancellationToken);
                Assert.Equal("sign in", Encoding.UTF8.GetString(answer.Span));
            })
            .AddSessionHook<Subscribing>();
        await world.RunUnstartedAsync(async () =>
        {
            var first = world.Listen();
            var sending = world.Connection.SendAndConfirmAsync("work"u8.ToArray()).AsTask();
            await world.Host.StartAsync();
            await sending;
            Assert.Equal(["sign in", "subscribe", "work"], first.Packets);
            await first.StopAsync();
            await world.UntilAsync(Reconnecting);
            await using var second = world.Listen();
            await world.UntilAsync(Connected);
            await world.Connection.SendAndConfirmAsync("more work"u8.ToArray());
            Assert.Equal(["sign in", "subscribe", "more work"], second.Packets);
        });
    }

    [Fact]
    public async Task A_hook_that_fails_is_logged_and_tried_again_with_the_next_session()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        var calls = 0;
        world.ClientBuilder.AddSessionHook((_, _) => ++calls < 3 ? throw new InvalidTimeZoneException("a hook") : default);
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            Assert.Equal(3, world.Network.Elapsed.TotalSeconds, 0.3);
            await world.DelayAsync(0.1);
            Assert.Equal((3, 3), (calls, server.Sessions.Length));
            Assert.Equal(2, world.Logs.Count(record => record.Id.Id == 2109));
            Assert.All(world.Changes.Where(pair => pair.Change.Error is not null), pair =>
                Assert.IsType<InvalidTimeZoneException>(pair.Change.Error!.InnerException));
        });
    }

    [Fact]
    public async Task A_hook_ends_with_the_host()
    {
        await using var world = new ClientWorld();
        world.ClientBuilder.AddSessionHook((_, cancellationToken) => new ValueTask(Task.Delay(Timeout.Infinite, cancellationToken)));
        await world.RunWithServerAsync(async server =>
        {
            await world.DelayAsync(1);
            Assert.Equal(Connecting, world.Connection.State);
            await world.Host.StopAsync();
            Assert.Equal(Closed, world.Connection.State);
            await world.DelayAsync(0.1);
            Assert.Equal(SessionEndCause.ClosedByPeer, Assert.Single(server.Sessions).CloseReason?.Cause);
            Assert.DoesNotContain(world.Logs, record => record.Level >= LogLevel.Warning);
        });
    }

    [Fact]
    public async Task Messages_and_streams_are_read_across_sessions()
    {
        await using var world = new ClientWorld();
        var (messages, streams) = (new List<string>(), new List<string>());
        await world.RunUnstartedAsync(async () =>
        {
            await world.Host.StartAsync();
            var readingMessages = Task.Run(async () =>
            {
                await foreach (var message in world.Connection.ReadDatagramsAsync())
                {
                    using (message)
                    {
                        messages.Add(Encoding.UTF8.GetString(message.Span));
                    }
                }
            });
            var readingStreams = Task.Run(async () =>
            {
                await foreach (var stream in world.Connection.AcceptStreamsAsync())
                {
                    await using (stream)
                    {
                        using var packet = await stream.ReceiveAsync();
                        streams.Add(Encoding.UTF8.GetString(packet.Span));
                    }
                }
            });
            foreach (var name in new[] { "one", "two" })
            {
                await using var server = world.Listen();
                await world.UntilAsync(Connected);
                await world.DelayAsync(1);
                var session = Assert.Single(server.Sessions);
                session.SendDatagram(Encoding.UTF8.GetBytes($"message {name}"));
                await using (var stream = await session.OpenStreamAsync())
                {
                    await stream.SendAsync(Encoding.UTF8.GetBytes($"stream {name}"));
                    await world.DelayAsync(1);
                }

                await server.StopAsync();
                await world.UntilAsync(Reconnecting);
            }

            await world.Host.StopAsync();
            await readingMessages;
            await readingStreams;
            Assert.Equal(["message one", "message two"], messages);
            Assert.Equal(["stream one", "stream two"], streams);
        });
    }

    [Fact]
    public async Task Silence_is_told_well_before_the_session_expires_and_so_is_its_end()
    {
        await using var world = new ClientWorld();
        world.ClientBuilder.AddHealthCheck();
        await world.RunWithServerAsync(async server =>
        {
            var session = await world.Connection.GetSessionAsync();
            await world.DelayAsync(1);
            var before = world.Network.Elapsed;
            world.Network.Blackhole(TimeSpan.FromSeconds(20));
            await world.UntilAsync(Unresponsive);
            Assert.InRange((world.Network.Elapsed - before).TotalSeconds, 13, 15.1);
            Assert.Same(session, world.Connection.Session);
            var health = await world.Host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
            Assert.Equal(HealthStatus.Degraded, health.Status);
            Assert.StartsWith("Nothing was heard from udp://192.0.2.1:9000 since 2030-01-01 00:00:0", health.Entries["udpack-telemetry"].Description, StringComparison.Ordinal);

            await world.UntilAsync(Connected);
            Assert.Same(session, world.Connection.Session);
            Assert.Equal([Connecting, Connected, Unresponsive, Connected], world.Changes.Select(pair => pair.Change.Current));
            Assert.Equal([2115, 2116], world.Logs.Select(record => record.Id.Id).Where(id => id is 2115 or 2116));
        });
    }

    [Fact]
    public async Task A_quiet_connection_that_is_alive_is_never_called_unresponsive()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            await world.DelayAsync(3600);
            Assert.DoesNotContain(world.Changes, pair => pair.Change.Current == Unresponsive);
        });
    }

    [Fact]
    public async Task Changes_and_delays_read_well_in_logs()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0.3"));
        await world.RunWithServerAsync(async server =>
        {
            var session = await world.Connection.GetSessionAsync();
            await world.DelayAsync(1);
            await server.StopAsync();
            await world.UntilAsync(Reconnecting);
            Assert.Matches($"^Connected -> Reconnecting, session {session.Id:x8}, next attempt at once: The peer closed the session", world.Changes[^1].Change.ToString());
            Assert.All(world.Changes, pair => Assert.DoesNotContain("UDPack.", pair.Change.ToString(), StringComparison.Ordinal));
            await world.DelayAsync(60);
            Assert.All(world.Logs, record => Assert.DoesNotMatch(@"\d\d:\d\d:\d\d", record.Message));
        });
    }

    private sealed class Subscribing : IUdpackClientSessionHook
    {
        public ValueTask OnSessionAsync(UdpackSession session, CancellationToken cancellationToken) => session.SendAsync("subscribe"u8.ToArray(), cancellationToken);
    }
}
