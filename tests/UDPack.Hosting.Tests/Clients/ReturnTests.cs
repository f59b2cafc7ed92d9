using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UDPack.Testing;
using static UDPack.Hosting.UdpackConnectionState;

namespace UDPack.Hosting.Tests.Clients;

/// <summary>How soon clients are back after an outage, and how often they knock during it, with the default settings.</summary>
public sealed class ReturnTests
{
    private const int Clients = 20;
    private const byte Shakehand = 0xA;

    [Theory]
    [InlineData(20, 20)]
    [InlineData(300, 20)]
    [InlineData(20, 600)]
    [InlineData(300, 600)]
    public async Task After_a_server_said_goodbye_and_was_away_clients_are_back_soon(int seconds, int rttMs)
    {
        await using var network = Network(rttMs);
        await RunAsync(network, idleTimeout: "00:00:30", async (host, server) =>
        {
            await server.StopAsync();
            await Delay(network, seconds);
            return new EchoListener(network, ClientWorld.Server);
        });
    }

    [Theory]
    [InlineData(20, 20)]
    [InlineData(300, 20)]
    [InlineData(300, 600)]
    public async Task After_a_dead_path_clients_whose_sessions_expired_are_back_soon(int seconds, int rttMs)
    {
        await using var network = Network(rttMs);
        await RunAsync(network, idleTimeout: "00:00:05", async (host, server) =>
        {
            network.Blackhole(TimeSpan.FromSeconds(seconds));
            await Delay(network, seconds);
            Assert.All(Connections(host), connection => Assert.Equal(Reconnecting, connection.State));
            return server;
        });
    }

    [Fact]
    public async Task A_shakehand_goes_out_at_least_every_two_seconds_and_not_often()
    {
        await using var world = new ClientWorld();
        var times = new List<double>();
        world.Network.DatagramObserved = datagram =>
        {
            if (datagram.Content.Span[13] == Shakehand && datagram.Fate != DatagramFate.Unreachable)
            {
                times.Add(datagram.Time.TotalSeconds);
            }
        };
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            times.Clear();
            await server.StopAsync();
            await world.DelayAsync(600);
        });

        var gaps = times.Zip(times.Skip(1), (one, next) => next - one).ToArray();
        Assert.InRange(gaps.Max(), 1, 2.01);
        Assert.InRange(times.Count, 300, 500);
    }

    [Fact]
    public async Task A_longer_delay_of_the_settings_is_kept_to_across_attempts()
    {
        await using var world = new ClientWorld(("Reconnect:MaxDelay", "00:01:00"), ("Reconnect:Jitter", "0"));
        var times = new List<double>();
        world.Network.DatagramObserved = datagram =>
        {
            if (datagram.Content.Span[13] == Shakehand && datagram.Fate != DatagramFate.Unreachable)
            {
                times.Add(Math.Round(datagram.Time.TotalSeconds, 1));
            }
        };
        world.Network.AddHost(ClientWorld.ServerName, ClientWorld.Server.Address);
        await world.RunAsync(() => world.DelayAsync(250));
        Assert.Equal([0, 1, 3, 7, 15, 31, 63, 123, 183, 243], times);
    }

    [Fact]
    public async Task A_verdict_that_takes_long_still_comes_in_time()
    {
        await using var world = new ClientWorld();
        var validator = new SlowValidator(world.Network.TimeProvider);
        await world.RunWithServerAsync(options => options.TokenValidator = validator, async server =>
        {
            await world.Connection.GetSessionAsync();
            Assert.Equal(1, validator.Asked);
        });
    }

    private static SimulatedNetwork Network(int rttMs) =>
        new(23) { Conditions = LinkConditions.Lossless with { Delay = TimeSpan.FromMilliseconds(rttMs / 2.0) } };

    private static async Task RunAsync(SimulatedNetwork network, string idleTimeout, Func<IHost, EchoListener, Task<EchoListener>> outage)
    {
        var settings = new List<(string, string?)>();
        for (var i = 0; i < Clients; i++)
        {
            settings.AddRange(
            [
                ($"Udpack:Clients:{i}:RemoteEndPoint", ClientWorld.Server.ToString()),
                ($"Udpack:Clients:{i}:ServerPublicKey", ClientWorld.Key.PublicKey.ToPem()),
                ($"Udpack:Clients:{i}:Token", "token"),
                ($"Udpack:Clients:{i}:Session:IdleTimeout", idleTimeout),
            ]);
        }

        var builder = TestHost.CreateBuilder(settings);
        builder.Services.AddSimulatedNetwork(network);
        for (var i = 0; i < Clients; i++)
        {
            builder.Services.AddUdpackClient($"{i}");
        }

        await network.RunAsync(async () =>
        {
            using var host = builder.Build();
            await using var server = new EchoListener(network, ClientWorld.Server);
            await host.StartAsync();
            foreach (var connection in Connections(host))
            {
                await connection.GetSessionAsync();
            }

            await Delay(network, 7);
            await using var after = await outage(host, server);
            var returned = network.Elapsed;
            var waits = await Task.WhenAll(Connections(host).Select(async connection =>
            {
                await connection.GetSessionAsync();
                return (network.Elapsed - returned).TotalSeconds;
            }));
            Array.Sort(waits);
            var text = string.Join(" ", waits.Select(wait => $"{wait:0.00}"));
            Assert.True(waits[Clients / 2] <= 2.5, text);
            Assert.True(waits[^1] <= 5, text);
            await host.StopAsync();
        });
    }

    private static IEnumerable<UdpackConnection> Connections(IHost host) =>
        Enumerable.Range(0, Clients).Select(i => host.Services.GetRequiredKeyedService<UdpackConnection>($"{i}"));

    private static Task Delay(SimulatedNetwork network, int seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), network.TimeProvider);

    private sealed class SlowValidator(TimeProvider time) : ITokenValidator
    {
        public int Asked { get; private set; }

        public async ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken)
        {
            Asked++;
            await Task.Delay(TimeSpan.FromSeconds(9), time, cancellationToken);
            return TokenVerdict.Success();
        }
    }
}
