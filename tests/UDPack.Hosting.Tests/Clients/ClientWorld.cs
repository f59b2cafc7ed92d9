using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Testing;
using UDPack.Testing;

namespace UDPack.Hosting.Tests.Clients;

/// <summary>A host with the client "telemetry", and a server to come and go, on a simulated network.</summary>
internal sealed class ClientWorld : IAsyncDisposable
{
    public const string Client = "telemetry";
    public const string Path = "Udpack:Clients:telemetry";
    public const string ServerName = "server.example";

    public static readonly IPEndPoint Server = IPEndPoint.Parse("192.0.2.1:9000");

    private readonly List<(TimeSpan, UdpackConnectionStateChange)> _changes = [];

    public ClientWorld(params (string Key, string? Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["RemoteEndPoint"] = $"{ServerName}:9000",
            ["ServerPublicKey"] = Key.PublicKey.ToPem(),
            ["Token"] = "token",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        Builder = TestHost.CreateBuilder(all.Select(pair => ($"{Path}:{pair.Key}", pair.Value)));
        Builder.Services.AddSimulatedNetwork(Network);
        ClientBuilder = Builder.Services.AddUdpackClient(Client);
    }

    public static ServerKey Key { get; } = ServerKey.GenerateP256();

    public SimulatedNetwork Network { get; } = new(7);

    public HostApplicationBuilder Builder { get; }

    public IUdpackClientBuilder ClientBuilder { get; }

    public IHost Host { get; private set; } = null!;

    public UdpackConnection Connection => Host.Services.GetRequiredKeyedService<UdpackConnection>(Client);

    /// <summary>What the connection told, and when.</summary>
    public IReadOnlyList<(TimeSpan At, UdpackConnectionStateChange Change)> Changes => _changes;

    public IReadOnlyList<FakeLogRecord> Logs => Host.Services.GetFakeLogCollector().GetSnapshot();

    /// <summary>Runs a scenario with the host started; it need not be stopped by it.</summary>
    public Task RunAsync(Func<Task> scenario) => RunUnstartedAsync(async () =>
    {
        await Host.StartAsync();
        await scenario();
    });

    /// <summary>The same with a server that is there before the host starts.</summary>
    public Task RunWithServerAsync(Func<EchoListener, Task> scenario) => RunWithServerAsync(null, scenario);

    public Task RunWithServerAsync(Action<UdpackListenerOptions>? change, Func<EchoListener, Task> scenario) => RunUnstartedAsync(async () =>
    {
        await using var server = Listen(change);
        await Host.StartAsync();
        await scenario(server);
    });

    public Task RunUnstartedAsync(Func<Task> scenario) => Network.RunAsync(async () =>
    {
        Host = Builder.Build();
        await using var disposal = (IAsyncDisposable)Host;
        Connection.StateChanged += (_, change) => _changes.Add((Network.Elapsed, change));
        await scenario();
        await Host.StopAsync();
    });

    /// <summary>Starts a server that echoes at the usual address and gives it its name.</summary>
    public EchoListener Listen(Action<UdpackListenerOptions>? change = null, IPEndPoint? at = null)
    {
        if (at is null)
        {
            Network.AddHost(ServerName, Server.Address);
        }

        return new EchoListener(Network, at ?? Server, change);
    }

    public Task DelayAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), Network.TimeProvider);

    /// <summary>Waits for a state to come.</summary>
    public async Task UntilAsync(UdpackConnectionState state)
    {
        while (Connection.State != state)
        {
            await DelayAsync(0.01);
        }
    }

    public ValueTask DisposeAsync() => Network.DisposeAsync();
}
