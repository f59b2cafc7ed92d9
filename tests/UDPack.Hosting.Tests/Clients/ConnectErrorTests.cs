using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using UDPack.Testing;

namespace UDPack.Hosting.Tests.Clients;

/// <summary>What a single connect that fails says, and when.</summary>
public sealed class ConnectErrorTests : IAsyncDisposable
{
    private readonly SimulatedNetwork _network = new(13);
    private readonly FakeLogCollector _logs = new();

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public Task A_full_server_is_an_error_of_its_own_and_said_at_once() => _network.RunAsync(async () =>
    {
        await using var server = new EchoListener(_network, ClientWorld.Server, options => options.MaxSessions = 1);
        await using var only = await UdpackClient.ConnectAsync(Options());
        var exception = await Assert.ThrowsAsync<UdpackException>(async () => await UdpackClient.ConnectAsync(Options()));
        Assert.Equal(
            (UdpackError.ServerFull, "The server at udp://192.0.2.1:9000 has no room for another session now (handshake code -1, busy). Try again later."),
            (exception.Error, exception.Message));
        Assert.InRange(_network.Elapsed.TotalSeconds, 0, 0.1);
    });

    [Fact]
    public Task The_connect_timeout_bounds_a_connect_and_the_error_says_what_was_heard() => _network.RunAsync(async () =>
    {
        await using var server = new EchoListener(_network, ClientWorld.Server);
        var exception = await Assert.ThrowsAsync<UdpackException>(async () => await UdpackClient.ConnectAsync(Options(options =>
        {
            options.ServerPublicKey = ServerKey.GenerateP256().PublicKey;
            options.ConnectTimeout = TimeSpan.FromSeconds(3);
        })));
        Assert.Equal(UdpackError.ConnectTimeout, exception.Error);
        Assert.Contains("in 3.0 s. Something there answered", exception.Message, StringComparison.Ordinal);
        Assert.InRange(_network.Elapsed.TotalSeconds, 3, 3.05);
    });

    [Fact]
    public Task The_connect_timeout_bounds_the_token_provider_too() => _network.RunAsync(async () =>
    {
        var exception = await Assert.ThrowsAsync<UdpackException>(async () => await UdpackClient.ConnectAsync(Options(options =>
        {
            options.TokenProvider = async _ =>
            {
                await new TaskCompletionSource().Task;
                return default;
            };
            options.ConnectTimeout = TimeSpan.FromSeconds(2);
        })));
        Assert.Equal(
            (UdpackError.ConnectTimeout, "No connection to 192.0.2.1:9000 within 2.0 s: the token provider had not answered by then."),
            (exception.Error, exception.Message));
        Assert.Equal(2, _network.Elapsed.TotalSeconds, 0.01);
    });

    [Fact]
    public Task Silence_is_logged_after_the_second_shakehand() => _network.RunAsync(async () =>
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), _network.TimeProvider);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await UdpackClient.ConnectAsync(Options(), patience.Token));
        var record = Assert.Single(_logs.GetSnapshot());
        Assert.Equal(
            (1050, LogLevel.Warning, "No session with udp://192.0.2.1:9000 yet, still trying. Nothing answered: check address, port and firewalls, and that the server runs."),
            (record.Id.Id, record.Level, record.Message));
    });

    private UdpackClientOptions Options(Action<UdpackClientOptions>? change = null)
    {
        var options = new UdpackClientOptions
        {
            Network = _network,
            RemoteEndPoint = ClientWorld.Server,
            ServerPublicKey = ClientWorld.Key.PublicKey,
            Token = "token"u8.ToArray(),
            LoggerFactory = LoggerFactory.Create(logging => logging.AddProvider(new FakeLoggerProvider(_logs))),
        };
        change?.Invoke(options);
        return options;
    }
}
