using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using static UDPack.Hosting.UdpackConnectionState;

namespace UDPack.Hosting.Tests.Clients;

/// <summary>What a long outage leaves behind once a session has been made again: nothing.</summary>
public sealed class AfterOutageTests
{
    private const int LongOutage = 300;

    [Fact]
    public async Task A_server_that_is_full_once_after_its_name_was_long_unknown_is_asked_again_soon()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        await world.RunAsync(async () =>
        {
            await world.DelayAsync(LongOutage);
            Assert.Equal(UdpackError.NameNotResolved, ErrorOf(world));
            await using var full = world.Listen(options => options.MaxSessions = 1);
            var returned = world.Network.Elapsed;
            var other = await ConnectAnotherAsync(world);
            while (ErrorOf(world) != UdpackError.ServerFull)
            {
                await world.DelayAsync(0.01);
            }

            await other.CloseAsync();
            await world.UntilAsync(Connected);
            Assert.InRange((world.Network.Elapsed - returned).TotalSeconds, 0, 5);
        });
    }

    [Fact]
    public async Task The_shakehands_of_a_long_silence_do_not_make_it_wait_when_the_server_is_full_for_once()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            await world.DelayAsync(1);
            await StopForLongAsync(world, server);

            // It is back, with a place that somebody else has for a moment.
            await using var again = world.Listen(options => options.MaxSessions = 1);
            var other = await ConnectAnotherAsync(world);
            while (!world.Changes.Any(pair => pair.Change.Error is UdpackException { Error: UdpackError.ServerFull }))
            {
                await world.DelayAsync(0.1);
            }

            await other.CloseAsync();
            var free = world.Network.Elapsed;
            await world.UntilAsync(Connected);
            Assert.InRange((world.Network.Elapsed - free).TotalSeconds, 0, 5);
        });
    }

    [Fact]
    public async Task A_session_that_ends_soon_after_a_long_outage_is_replaced_at_once()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            await world.DelayAsync(1);
            await StopForLongAsync(world, server);
            await using var again = world.Listen();
            Assert.Equal(0, await DelayAfterGoodbyeAsync(world, again, lasts: 10));
            await world.DelayAsync(1);
            Assert.Equal(Connected, world.Connection.State);
        });
    }

    [Fact]
    public async Task A_goodbye_soon_after_a_long_outage_is_followed_at_once_and_only_the_next_is_not()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            await StopForLongAsync(world, server);
            await using var again = world.Listen();
            await AssertDelaysAfterGoodbyesAsync(world, again, lasts: 9, 0, 1, 2);
        });
    }

    [Fact]
    public async Task The_first_session_may_be_late_and_is_followed_at_once_all_the_same()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        await world.RunAsync(async () =>
        {
            await world.DelayAsync(LongOutage);
            await using var server = world.Listen();
            await AssertDelaysAfterGoodbyesAsync(world, server, lasts: 9, 0, 1);
        });
    }

    [Fact]
    public async Task The_log_tells_how_long_each_outage_took_and_its_likely_cause()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            await StopForLongAsync(world, server);
            await using (var again = world.Listen())
            {
                await world.UntilAsync(Connected);
                await world.DelayAsync(5);
                await again.StopAsync();
                await world.DelayAsync(20);
            }

            await using var third = world.Listen();
            await world.UntilAsync(Connected);
            await world.DelayAsync(5);
            await DelayAfterGoodbyeAsync(world, third, lasts: 10);
            await world.UntilAsync(Connected);

            var outages = Logged(world, 2117).Select(record => record.StructuredState!.Single(pair => pair.Key == "Outage").Value).ToArray();
            Assert.Equal(3, outages.Length);
            Assert.Equal("5 min", outages[0]);
            Assert.Matches("^2[012] s$", outages[1]);
            Assert.Matches("^[0-9]+ ms$", outages[2]);
            Assert.Equal(2, Logged(world, 2108).Count());
        });
    }

    [Fact]
    public async Task A_policy_is_told_of_this_outage_and_of_the_losses_that_came_soon_one_after_the_other()
    {
        await using var world = new ClientWorld();
        var policy = new Telling();
        world.ClientBuilder.AddReconnectPolicy(policy);
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            await StopForLongAsync(world, server);
            Assert.InRange(policy.Asked[^1].PreviousAttempts, 10, 20);
            await using var again = world.Listen();
            for (var i = 0; i < 3; i++)
            {
                await DelayAfterGoodbyeAsync(world, again, lasts: 5);
            }

            Assert.Equal([0, 1, 2], policy.Asked.TakeLast(3).Select(context => context.PreviousAttempts));
            Assert.All(policy.Asked.TakeLast(3), context => Assert.Equal(TimeSpan.Zero, context.Elapsed));
        });
    }

    [Fact]
    public async Task The_delays_of_the_client_are_no_quiet_time_of_a_server_that_ends_each_session_at_once()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        await world.RunWithServerAsync(server => AssertDelaysAfterGoodbyesAsync(world, server, lasts: 1, 0, 1, 2, 4, 8, 16, 30, 30, 30));
    }

    /// <summary>A session of somebody else.</summary>
    private static ValueTask<UdpackSession> ConnectAnotherAsync(ClientWorld world) => UdpackClient.ConnectAsync(new UdpackClientOptions
    {
        Network = world.Network,
        RemoteEndPoint = ClientWorld.Server,
        ServerPublicKey = ClientWorld.Key.PublicKey,
        Token = "token"u8.ToArray(),
    });

    /// <summary>Ends the server, and waits.</summary>
    private static async Task StopForLongAsync(ClientWorld world, EchoListener server)
    {
        await server.StopAsync();
        await world.DelayAsync(LongOutage);
    }

    /// <summary>Has the server end the next session after a while, and tells when the client says it will try again.</summary>
    private static async Task<double> DelayAfterGoodbyeAsync(ClientWorld world, EchoListener server, double lasts)
    {
        await world.UntilAsync(Connected);
        await world.DelayAsync(lasts);
        await Task.WhenAll(server.Sessions.Select(session => session.CloseAsync().AsTask()));
        await world.UntilAsync(Reconnecting);
        return world.Changes.Last(pair => pair.Change is { Previous: Connected, Current: Reconnecting }).Change.NextDelay!.Value.TotalSeconds;
    }

    private static async Task AssertDelaysAfterGoodbyesAsync(ClientWorld world, EchoListener server, double lasts, params double[] expected)
    {
        var delays = new List<double>();
        foreach (var _ in expected)
        {
            delays.Add(await DelayAfterGoodbyeAsync(world, server, lasts));
        }

        Assert.Equal(expected, delays);
    }

    private static UdpackError? ErrorOf(ClientWorld world) => (world.Changes[^1].Change.Error as UdpackException)?.Error;

    private static IEnumerable<FakeLogRecord> Logged(ClientWorld world, int id) => world.Logs.Where(record => record.Id.Id == id);

    private sealed class Telling : IUdpackReconnectPolicy
    {
        public List<UdpackReconnectContext> Asked { get; } = [];

        public TimeSpan? NextDelay(UdpackReconnectContext context)
        {
            Asked.Add(context);
            return TimeSpan.FromSeconds(1);
        }
    }
}
