using System.Globalization;
using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using UDPack.Hosting.Tests.Fakes;

namespace UDPack.Hosting.Tests.Server;

/// <summary>What a server's log says of its sessions, and of the clients that get none.</summary>
public sealed partial class VisibilityTests : IDisposable
{
    private const string Token = "a secret that nobody may read";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeKeyStore _keys = new();
    private readonly Seen _seen = new();
    private readonly HostApplicationBuilder _builder = TestHost.CreateBuilder(
    [
        ("Udpack:Server:EndpointDefaults:Address", "127.0.0.1"), ("Udpack:Server:EndpointDefaults:Port", "0"), ("Logging:LogLevel:Default", "Trace"),
    ]);

    public VisibilityTests()
    {
        _builder.Logging.SetMinimumLevel(LogLevel.Trace);
        _builder.Services.AddSingleton<IKeyStore>(_keys).AddSingleton(_seen);
        _builder.Services.AddUdpackServer()
            .AddHandler<LoggingHandler>()
            .AddTokenValidator((_, _) => ValueTask.FromResult(TokenVerdict.Success(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ann")], "test")))));
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task A_sessions_begin_and_end_are_told_with_id_user_address_and_cause()
    {
        using var host = await StartAsync();
        var session = await ConnectAsync(host);
        var local = session.LocalEndPoint;
        await session.CloseAsync(300, "enough").AsTask().WaitAsync(Patience);
        await _seen.Disconnected.Task.WaitAsync(Patience);
        await host.StopAsync().WaitAsync(Patience);

        var began = Single(host, 1020);
        Assert.Equal(
            (LogLevel.Debug, $"Endpoint default: session {session.Id:x8} of ann at 127.0.0.1:{local.Port} began, Aes256Gcm"), (began.Level, began.Message));
        var ended = Single(host, 1021);
        Assert.Equal(LogLevel.Debug, ended.Level);
        Assert.Matches(
            $"^Endpoint default: session {session.Id:x8} of ann at 127\\.0\\.0\\.1:{local.Port} ended after \\d+\\.\\d s: ClosedByPeer, reason Application, application code 300, \"enough\"$",
            ended.Message);
        Assert.Matches("^Stopped after \\d+\\.\\d s$", Single(host, 2004).Message);
        Assert.Equal("Endpoint default stopped; 0 sessions were ended before they had finished", Single(host, 1003).Message);
    }

    [Fact]
    public async Task Nothing_is_logged_for_a_packet_and_nothing_secret_at_all()
    {
        using var host = await StartAsync();
        await using (var session = await ConnectAsync(host))
        {
            await EchoAsync(session, 1);
            var before = host.Services.GetFakeLogCollector().GetSnapshot().Count(IsOurs);
            await EchoAsync(session, 200);
            Assert.Equal(before, host.Services.GetFakeLogCollector().GetSnapshot().Count(IsOurs));
        }

        await host.StopAsync().WaitAsync(Patience);
        Assert.DoesNotContain(host.Services.GetFakeLogCollector().GetSnapshot(), static record => record.Message.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_with_an_unknown_key_is_told_with_the_keys_held()
    {
        _keys.Current.Active.Name = "k1";
        using var other = ServerKey.GenerateP256();
        using var host = await StartAsync();

        await Assert.ThrowsAsync<UdpackException>(() => ConnectAsync(host, other, attempts: 1));

        var record = Single(host, 1022);
        Assert.Equal(LogLevel.Information, record.Level);
        Assert.Contains($"asks for the server key {other.PublicKey.KeyIdText}, which is not in the ring. Keys held: {_keys.Current.Active.PublicKey.KeyIdText} 'k1' (active). ", record.Message, StringComparison.Ordinal);
        await host.StopAsync().WaitAsync(Patience);
    }

    [Theory]
    [InlineData("MaxSessions", "MaxSessions is 1")]
    [InlineData("MaxSessionsPerAddress", "MaxSessionsPerAddress is 1")]
    [InlineData("MaxSessionsPerPrefix", "MaxSessionsPerPrefix is 1")]
    public async Task A_client_that_finds_no_room_is_told_with_the_limit(string setting, string limit)
    {
        _builder.Configuration[$"Udpack:Server:Limits:{setting}"] = "1";
        using var host = await StartAsync();
        await using var first = await ConnectAsync(host);

        await Assert.ThrowsAsync<UdpackException>(() => ConnectAsync(host, attempts: 1));

        var record = Single(host, 1023);
        Assert.Equal(LogLevel.Information, record.Level);
        Assert.Contains($"was refused, {limit}. 1 sessions live. ", record.Message, StringComparison.Ordinal);
        await host.StopAsync().WaitAsync(Patience);
    }

    [Fact]
    public async Task Whatever_a_handler_logs_names_its_session_and_endpoint()
    {
        using var host = await StartAsync();
        var session = await ConnectAsync(host);
        await EchoAsync(session, 1);
        session.SendDatagram("m"u8);
        await _seen.Message.Task.WaitAsync(Patience);
        await using (var stream = await session.OpenStreamAsync())
        {
            stream.CompleteWrites();
            await _seen.Stream.Task.WaitAsync(Patience);
        }

        await session.CloseAsync().AsTask().WaitAsync(Patience);
        await _seen.Disconnected.Task.WaitAsync(Patience);
        await host.StopAsync().WaitAsync(Patience);

        var records = host.Services.GetFakeLogCollector().GetSnapshot().Where(static record => record.Category == typeof(LoggingHandler).FullName!.Replace('+', '.')).ToList();
        Assert.Equal(["connected", "disconnected", "message", "packet", "stream"], records.Select(static record => record.Message).Order(StringComparer.Ordinal));
        Assert.All(records, record =>
        {
            var scope = record.Scopes.OfType<IEnumerable<KeyValuePair<string, object?>>>().SelectMany(static pairs => pairs).ToDictionary();
            Assert.Equal(("default", session.Id.ToString("x8", CultureInfo.InvariantCulture)), (scope["Endpoint"], scope["SessionId"]));
        });
    }

    [Fact]
    public async Task The_server_lists_its_sessions_in_all_or_by_endpoint()
    {
        _builder.Services.AddUdpackServer().AddEndpoint("default").AddEndpoint("other");
        using var host = _builder.Build();
        var server = host.Services.GetRequiredService<IUdpackServer>();
        Assert.Empty(server.Sessions);
        Assert.Empty(server.GetSessions("other"));
        await host.StartAsync().WaitAsync(Patience);
        var session = await ConnectAsync(host);
        await EchoAsync(session, 1);

        Assert.Equal(session.Id, Assert.Single(server.Sessions).Id);
        Assert.Equal(session.Id, Assert.Single(server.GetSessions("DEFAULT")).Id);
        Assert.Empty(server.GetSessions("other"));
        var exception = Assert.Throws<ArgumentException>(() => server.GetSessions("none"));
        Assert.StartsWith("There is no endpoint 'none'. The endpoints are: default, other.", exception.Message, StringComparison.Ordinal);
        await host.StopAsync().WaitAsync(Patience);
        Assert.Empty(server.Sessions);
    }

    [LoggerMessage(1, LogLevel.Information, "{Method}")]
    private static partial void LogCalled(ILogger logger, string method);

    private static bool IsOurs(FakeLogRecord record) =>
        record.Category!.StartsWith("UDPack.", StringComparison.Ordinal) && !record.Category.Contains(nameof(LoggingHandler), StringComparison.Ordinal);

    private static FakeLogRecord Single(IHost host, int id) =>
        Assert.Single(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Id.Id == id);

    private static async Task EchoAsync(UdpackSession session, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await session.SendAsync("p"u8.ToArray()).AsTask().WaitAsync(Patience);
            (await session.ReceiveAsync().AsTask().WaitAsync(Patience)).Dispose();
        }
    }

    private async Task<IHost> StartAsync()
    {
        var host = _builder.Build();
        await host.StartAsync().WaitAsync(Patience);
        return host;
    }

    private async Task<UdpackSession> ConnectAsync(IHost host, ServerKey? key = null, int attempts = 6) => await UdpackClient.ConnectAsync(new UdpackClientOptions
    {
        RemoteEndPoint = host.Services.GetRequiredService<IUdpackServer>().Endpoints["default"],
        ServerPublicKey = (key ?? _keys.Current.Active).PublicKey,
        Token = System.Text.Encoding.UTF8.GetBytes(Token),
        MaxAttempts = attempts,
    }).AsTask().WaitAsync(Patience);

    private sealed class Seen
    {
        public TaskCompletionSource Message { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Stream { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Disconnected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class LoggingHandler(Seen seen, ILogger<LoggingHandler> logger) : UdpackPacketHandler
    {
        private int _packets;

        protected override ValueTask OnConnectedAsync(UdpackSession session, CancellationToken cancellationToken)
        {
            LogCalled(logger, "connected");
            return ValueTask.CompletedTask;
        }

        protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
        {
            if (_packets++ == 0)
            {
                LogCalled(logger, "packet");
            }

            return session.SendAsync(packet, cancellationToken);
        }

        protected override ValueTask OnDatagramAsync(UdpackSession session, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
        {
            LogCalled(logger, "message");
            seen.Message.TrySetResult();
            return ValueTask.CompletedTask;
        }

        protected override ValueTask OnStreamAsync(UdpackSession session, UdpackStream stream, CancellationToken cancellationToken)
        {
            LogCalled(logger, "stream");
            seen.Stream.TrySetResult();
            return ValueTask.CompletedTask;
        }

        protected override ValueTask OnDisconnectedAsync(UdpackSession session, UdpackCloseReason reason)
        {
            LogCalled(logger, "disconnected");
            seen.Disconnected.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
