using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using UDPack.Hosting;
using UDPack.Testing.Tests.Network;

namespace UDPack.Testing.Tests.Hosting;

/// <summary>Whole hosts on a simulated network.</summary>
public sealed class HostTests : IAsyncDisposable
{
    private readonly SimulatedNetwork _network = new(21) { Conditions = LinkConditions.Wifi with { Loss = 0.05 } };

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public async Task A_server_and_a_client_of_the_same_host_talk_over_a_bad_network()
    {
        var builder = CreateBuilder("127.0.0.1:9000");
        AddEchoServer(builder);
        builder.Services.AddUdpackClient("default");
        await RunAsync(builder, async host =>
        {
            await using var session = await host.Services.GetRequiredKeyedService<UdpackConnection>("default").GetSessionAsync();
            for (var i = 0; i < 20; i++)
            {
                await session.EchoesAsync($"echo {i}");
            }

            await session.CloseAsync();
            await host.StopAsync();
            AssertNoErrors(host);
        });
        Assert.True(_network.GetStatistics().Lost > 0);
    }

    [Fact]
    public async Task Two_hosts_talk_and_the_application_gets_virtual_time()
    {
        var serverBuilder = CreateBuilder(null, ("Udpack:Server:Endpoints:default:Address", "192.0.2.7"));
        AddEchoServer(serverBuilder);
        serverBuilder.Services.AddHostedService<Clock>();
        var clientBuilder = CreateBuilder("192.0.2.7:9000");
        clientBuilder.Services.AddUdpackClient("default");
        var began = Stopwatch.GetTimestamp();
        await RunAsync(serverBuilder, server => StartAsync(clientBuilder, async client =>
        {
            var session = await client.Services.GetRequiredKeyedService<UdpackConnection>("default").GetSessionAsync();
            var clock = server.Services.GetServices<IHostedService>().OfType<Clock>().Single();
            var before = clock.Ticks;
            await Task.Delay(TimeSpan.FromHours(1), _network.TimeProvider);
            Assert.Equal(60, clock.Ticks - before);
            await session.EchoesAsync("still here");
        }));
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_stopping_host_drains_its_sessions_in_virtual_time()
    {
        var builder = CreateBuilder("127.0.0.1:9000");
        builder.Services.AddUdpackClient("default");
        AddServer(builder).AddHandler(async (session, cancellationToken) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _network.TimeProvider, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
            await Task.Delay(TimeSpan.FromSeconds(4), _network.TimeProvider, CancellationToken.None);
            await session.SendAsync("last words"u8.ToArray(), CancellationToken.None);
        });
        await RunAsync(builder, async host =>
        {
            await using var session = await host.Services.GetRequiredKeyedService<UdpackConnection>("default").GetSessionAsync();
            await session.SendAndConfirmAsync("I am here"u8.ToArray());
            var before = _network.Elapsed;

            var stopping = host.StopAsync();

            Assert.Equal("last words", await session.ReceiveTextAsync());
            await stopping;
            Assert.InRange(_network.Elapsed - before, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8));
        });
    }

    [Fact]
    public async Task A_drain_that_takes_too_long_is_cut_in_virtual_time()
    {
        var builder = CreateBuilder("127.0.0.1:9000");
        builder.Services.AddUdpackClient("default");
        var stuck = new TaskCompletionSource();
        AddServer(builder, options => options.Shutdown.DrainTimeout = TimeSpan.FromSeconds(30)).AddHandler((_, _) => stuck.Task);
        await RunAsync(builder, async host =>
        {
            await using var session = await host.Services.GetRequiredKeyedService<UdpackConnection>("default").GetSessionAsync();
            await session.SendAndConfirmAsync("I am here"u8.ToArray());
            var before = _network.Elapsed;
            using var abandon = new CancellationTokenSource(TimeSpan.FromSeconds(40), _network.TimeProvider);
            await Record.ExceptionAsync(() => host.StopAsync(abandon.Token));
            Assert.InRange(_network.Elapsed - before, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(41));
            Assert.True(session.Closed.IsCancellationRequested);
            stuck.SetResult();
        });
    }

    [Fact]
    public async Task A_host_that_is_disposed_without_a_stop_after_a_failed_test_does_not_hang()
    {
        var builder = CreateBuilder("127.0.0.1:9000");
        AddEchoServer(builder);
        var host = builder.Build();
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => _network.RunAsync(async () =>
        {
            await host.StartAsync();
            throw new InvalidTimeZoneException("a failed assertion");
        }));

        await Task.Run(host.Dispose).WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Two_hosts_cannot_bind_the_same_address()
    {
        var (first, second) = (CreateBuilder(null), CreateBuilder(null));
        AddEchoServer(first);
        AddEchoServer(second);
        await RunAsync(first, async _ =>
        {
            var exception = await Assert.ThrowsAsync<UdpackException>(() => StartAsync(second, _ => Task.CompletedTask));
            Assert.Equal(UdpackError.BindFailed, exception.Error);
        });
    }

    [Fact]
    public void The_network_replaces_what_was_registered_and_gives_its_time()
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddUdpackServer();
        services.AddSimulatedNetwork(_network);
        using var provider = services.BuildServiceProvider();
        Assert.Same(_network, provider.GetRequiredService<UdpackNetwork>());
        Assert.Same(_network.TimeProvider, provider.GetRequiredService<TimeProvider>());
    }

    [Fact]
    public void A_network_that_is_registered_alone_gives_its_time_too()
    {
        var services = new ServiceCollection();
        services.AddSingleton<UdpackNetwork>(_network);
        services.AddUdpackServer();
        using var provider = services.BuildServiceProvider();
        Assert.Same(_network.TimeProvider, provider.GetRequiredService<TimeProvider>());
    }

    private Task RunAsync(HostApplicationBuilder builder, Func<IHost, Task> scenario) => _network.RunAsync(() => StartAsync(builder, scenario));

    private static async Task StartAsync(HostApplicationBuilder builder, Func<IHost, Task> scenario)
    {
        var host = builder.Build();
        await using var disposal = (IAsyncDisposable)host;
        await host.StartAsync();
        await scenario(host);
        await host.StopAsync();
    }

    private HostApplicationBuilder CreateBuilder(string? remote, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development", Configuration = new ConfigurationManager() });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)));
        if (remote is not null)
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Udpack:Clients:default:RemoteEndPoint"] = remote,
                ["Udpack:Clients:default:ServerPublicKey"] = Net.Key.PublicKey.ToPem(),
                ["Udpack:Clients:default:Token"] = "token",
            });
        }

        builder.Logging.AddFakeLogging();
        builder.Services.AddMetrics();
        builder.Services.AddSimulatedNetwork(_network);
        return builder;
    }

    private static IUdpackServerBuilder AddServer(HostApplicationBuilder builder, Action<UdpackServerOptions>? configure = null)
    {
        builder.Services.AddSingleton<IKeyStore>(new StaticKeyStore(new ServerKeyRing(Net.Key)));
        return builder.Services.AddUdpackServer(configure ?? (_ => { }));
    }

    private static void AddEchoServer(HostApplicationBuilder builder) => AddServer(builder).AddHandler<EchoHandler>();

    private static void AssertNoErrors(IHost host) =>
        Assert.DoesNotContain(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Level >= LogLevel.Error);

    private sealed class EchoHandler : UdpackPacketHandler
    {
        protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
            session.SendAsync(packet, cancellationToken);
    }

    private sealed class Clock(TimeProvider time) : BackgroundService
    {
        private int _ticks;

        public int Ticks => _ticks;

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                _ticks++;
            }
        }
    }
}
