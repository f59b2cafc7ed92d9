using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using static UDPack.Hosting.UdpackConnectionState;

namespace UDPack.Hosting.Tests.Clients;

/// <summary>How clients get into an application, and sessions out of it.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public async Task A_client_is_injected_by_its_name_and_the_factory_gives_the_same()
    {
        await using var world = new ClientWorld();
        world.Builder.Services.AddSingleton<Consumer>();
        using var host = world.Builder.Build();
        var consumer = host.Services.GetRequiredService<Consumer>();
        Assert.Equal("telemetry", consumer.Connection.Name);
        Assert.Same(consumer.Connection, host.Services.GetRequiredService<IUdpackClientFactory>().GetConnection("telemetry"));
        Assert.Equal(Disconnected, consumer.Connection.State);
    }

    [Fact]
    public async Task Calls_for_the_same_name_add_to_the_same_client()
    {
        await using var world = new ClientWorld();
        var first = world.Builder.Services.AddUdpackClient("telemetry", settings => settings.Token = "one");
        var second = world.Builder.Services.AddUdpackClient("telemetry", settings => settings.Handshake.RetryCount = 2);
        using var host = world.Builder.Build();

        Assert.Same(first, second);
        Assert.Equal(("telemetry", world.Builder.Services), (first.Name, first.Services));
        var settings = host.Services.GetRequiredService<IOptionsMonitor<UdpackClientSettings>>().Get("telemetry");
        Assert.Equal(("one", 2, "server.example:9000"), (settings.Token, settings.Handshake.RetryCount, settings.RemoteEndPoint));
        Assert.Single(host.Services.GetKeyedServices<UdpackConnection>("telemetry"));
        Assert.Single(host.Services.GetServices<IHostedService>());
    }

    [Fact]
    public async Task An_unknown_name_is_answered_with_the_known_ones()
    {
        await using var world = new ClientWorld();
        world.Builder.Services.AddUdpackClient("control");
        using var host = world.Builder.Build();
        var factory = host.Services.GetRequiredService<IUdpackClientFactory>();
        const string message = "There is no UDPack client 'telemetri'. AddUdpackClient was called for: control, telemetry.";
        Assert.Equal(message, Assert.Throws<InvalidOperationException>(() => factory.GetConnection("telemetri")).Message);
        Assert.Equal(message, (await Assert.ThrowsAsync<InvalidOperationException>(async () => await factory.ConnectAsync("telemetri"))).Message);
    }

    [Fact]
    public async Task Clients_of_different_names_have_their_own_settings_and_providers()
    {
        await using var world = new ClientWorld();
        world.Builder.Services.AddUdpackClient("control", settings =>
        {
            settings.RemoteEndPoint = "192.0.2.2:9000";
            settings.ServerPublicKey = ClientWorld.Key.PublicKey.ToPem();
        }).AddTokenProvider((context, _) => ValueTask.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(context.ClientName)));
        await world.RunUnstartedAsync(async () =>
        {
            await using var telemetry = world.Listen();
            await using var control = world.Listen(at: System.Net.IPEndPoint.Parse("192.0.2.2:9000"));
            await world.Host.StartAsync();
            await world.Connection.GetSessionAsync();
            await world.Host.Services.GetRequiredService<IUdpackClientFactory>().GetConnection("control").GetSessionAsync();
            Assert.Equal(["token"], telemetry.Tokens);
            Assert.Equal(["control"], control.Tokens);
        });
    }

    [Fact]
    public async Task The_factory_makes_sessions_that_belong_to_the_caller()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            var factory = world.Host.Services.GetRequiredService<IUdpackClientFactory>();
            var own = await factory.ConnectAsync("telemetry");
            var lasting = await world.Connection.GetSessionAsync();
            Assert.NotSame(own, lasting);
            await own.DisposeAsync();
            await world.DelayAsync(100);
            Assert.Equal(2, server.Sessions.Length);
            Assert.Same(lasting, world.Connection.Session);
        });
    }

    [Theory]
    [InlineData("Token", null, "Udpack:Clients:telemetry:Token is not set. Set it to the token that the server checks.")]
    [InlineData("RemoteEndPoint", "nowhere", "Udpack:Clients:telemetry:RemoteEndPoint has the invalid value 'nowhere'. Set it to the server's host:port, such as 127.0.0.1:9000.")]
    [InlineData("PendingSend", "Wait", "Udpack:Clients:telemetry:PendingSend is not a known setting. Did you mean Udpack:Clients:telemetry:PendingSends?")]
    public async Task Bad_settings_fail_the_hosts_start_and_name_key_value_and_fix(string key, string? value, string message)
    {
        await using var world = new ClientWorld((key, value));
        using var host = world.Builder.Build();
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal([message], exception.Failures);
    }

    [Fact]
    public async Task Bad_settings_in_code_fail_the_hosts_start()
    {
        await using var world = new ClientWorld();
        world.Builder.Services.AddUdpackClient("telemetry", settings => settings.PendingSends = (UdpackClientPendingSends)7);
        using var host = world.Builder.Build();
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal(["Udpack:Clients:telemetry:PendingSends has the invalid value '7'. Set it to one of: Wait, Fail."], exception.Failures);
    }

    [Fact]
    public async Task Other_services_may_wait_for_the_session_while_the_host_starts()
    {
        await using var world = new ClientWorld();
        world.Builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService, EarlyBird>());
        await world.RunUnstartedAsync(async () =>
        {
            await using var server = world.Listen();
            await world.Host.StartAsync();
            Assert.Equal(["early"], server.Packets);
        });
    }

    [Fact]
    public async Task A_required_connect_that_fails_fails_the_hosts_start_with_its_error()
    {
        await using var world = new ClientWorld(("InitialConnect", "Throw"));
        await world.RunUnstartedAsync(async () =>
        {
            var exception = await Assert.ThrowsAsync<UdpackException>(() => world.Host.StartAsync());
            Assert.Equal("The server's name server.example does not resolve", exception.Message[..49]);
            Assert.Equal((UdpackError.NameNotResolved, Closed), (exception.Error, world.Connection.State));
        });
    }

    [Fact]
    public async Task A_required_connect_is_there_when_the_host_has_started_and_lasts()
    {
        await using var world = new ClientWorld(("InitialConnect", "Throw"));
        await world.RunUnstartedAsync(async () =>
        {
            var server = world.Listen();
            await world.Host.StartAsync();
            Assert.Equal(Connected, world.Connection.State);
            await server.DisposeAsync();
            await world.UntilAsync(Reconnecting);
            await using var again = world.Listen();
            await world.Connection.GetSessionAsync();
        });
    }

    [Fact]
    public async Task A_required_connect_may_be_to_a_server_of_the_same_host()
    {
        await using var world = new ClientWorld(("InitialConnect", "Throw"), ("RemoteEndPoint", "127.0.0.1:9000"));
        world.Builder.Services.AddSingleton<IKeyStore>(new StaticKeyStore(new ServerKeyRing(ClientWorld.Key)));
        world.Builder.Services.AddUdpackServer().AddHandler((session, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));
        var server = world.Builder.Services.Last(service => service.ServiceType == typeof(IHostedService));
        world.Builder.Services.Remove(server);
        world.Builder.Services.Insert(0, server);
        await world.RunAsync(() =>
        {
            Assert.Equal(Connected, world.Connection.State);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task Without_a_host_a_client_connects_when_it_is_used()
    {
        await using var world = new ClientWorld();
        await world.Network.RunAsync(async () =>
        {
            await using var server = world.Listen();
            await using var provider = world.Builder.Services.BuildServiceProvider();
            var connection = provider.GetRequiredKeyedService<UdpackConnection>("telemetry");
            await connection.SendAndConfirmAsync("hello"u8.ToArray());
            await provider.DisposeAsync();
            Assert.Equal(Closed, connection.State);
        });
    }

    private sealed class Consumer([FromKeyedServices("telemetry")] UdpackConnection connection)
    {
        public UdpackConnection Connection => connection;
    }

    private sealed class EarlyBird([FromKeyedServices("telemetry")] UdpackConnection connection) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken) => await connection.SendAndConfirmAsync("early"u8.ToArray(), cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
