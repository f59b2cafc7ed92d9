using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Moq;
using UDPack.Hosting.Tests.Fakes;

namespace UDPack.Hosting.Tests.Server;

/// <summary>Hosts with real sockets on loopback.</summary>
public sealed class EndToEndTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeKeyStore _keys = new();
    private readonly HostApplicationBuilder _builder = TestHost.CreateBuilder(
        [("Udpack:Server:EndpointDefaults:Address", "127.0.0.1"), ("Udpack:Server:EndpointDefaults:Port", "0")]);

    private readonly SessionLog _log = new();

    public EndToEndTests()
    {
        _builder.Services.AddSingleton<IKeyStore>(_keys).AddSingleton(_log).AddScoped<ScopedPart>();
    }

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task Packets_reach_the_handler_and_come_back()
    {
        using var host = await StartEchoAsync();
        await using (var session = await ConnectAsync(host))
        {
            Assert.Equal("hello", await EchoAsync(session, "hello"));
            Assert.Equal("again", await EchoAsync(session, "again"));
        }

        Assert.Equal(SessionEndCause.ClosedByPeer, await _log.Disconnected.Task.WaitAsync(Patience));
        await host.StopAsync().WaitAsync(Patience);
        Assert.Equal(["connected", "packet hello", "packet again", "disconnected", "scope disposed"], _log.Events);
    }

    [Fact]
    public async Task The_log_names_the_port_that_was_picked()
    {
        using var host = await StartEchoAsync();

        var endPoint = host.Services.GetRequiredService<IUdpackServer>().Endpoints["default"];
        Assert.NotEqual(0, endPoint.Port);
        Assert.Contains(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Message == $"listening on udp://{endPoint}");
    }

    [Fact]
    public async Task The_validator_is_asked_once_and_its_user_reaches_the_handler()
    {
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ann")], "test"));
        var validator = new Mock<ITokenValidator>();
        validator
            .Setup(v => v.ValidateAsync(It.Is<TokenValidationContext>(context => context.GetTokenString() == "token"), It.IsAny<CancellationToken>()))
            .ReturnsAsync(TokenVerdict.Success(user));
        _builder.Services.AddSingleton(validator.Object);
        var seen = new TaskCompletionSource<ClaimsPrincipal?>();
        _builder.Services.AddUdpackServer().AddHandler((session, _) =>
        {
            seen.SetResult(session.User);
            return Task.CompletedTask;
        });
        using var host = await StartAsync();
        await using var session = await ConnectAsync(host);

        Assert.Same(user, await seen.Task.WaitAsync(Patience));
        validator.Verify(v => v.ValidateAsync(It.IsAny<TokenValidationContext>(), It.IsAny<CancellationToken>()), Times.Once);
    }

    [Fact]
    public async Task A_refused_token_never_reaches_the_handler()
    {
        _builder.Services.AddUdpackServer().AddTokenValidator((_, _) => ValueTask.FromResult(TokenVerdict.Failure("unknown")));
        using var host = await StartEchoAsync();

        var exception = await Assert.ThrowsAsync<UdpackException>(() => ConnectAsync(host));
        Assert.Equal(UdpackError.AuthenticationFailed, exception.Error);
        Assert.Empty(_log.Events);
    }

    [Fact]
    public async Task A_session_closed_from_elsewhere_while_its_handler_sends_still_ends_gracefully()
    {
        _builder.Services.AddUdpackServer().AddHandler(async (session, _) =>
        {
            // Another part of the application shows the client the door; the handler does not know yet.
            await session.SendAsync("last words"u8.ToArray(), CancellationToken.None);
            var closing = session.CloseAsync(null, cancellationToken: CancellationToken.None).AsTask();
            await session.SendAsync("too late"u8.ToArray(), CancellationToken.None);
            await closing;
        });
        using var host = await StartAsync();
        await using var session = await ConnectAsync(host);

        using (var packet = await session.ReceiveAsync().AsTask().WaitAsync(Patience))
        {
            Assert.Equal("last words", System.Text.Encoding.UTF8.GetString(packet.Span));
        }

        await EndOfAsync(session);
        Assert.Equal(SessionEndCause.ClosedByPeer, session.CloseReason!.Cause);
        await host.StopAsync().WaitAsync(Patience);
        Assert.DoesNotContain(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_failing_handler_ends_its_own_session_only_and_is_logged_once()
    {
        using var host = await StartEchoAsync();
        await using var good = await ConnectAsync(host);
        await using var bad = await ConnectAsync(host);

        await bad.SendAsync("boom"u8.ToArray());

        await EndOfAsync(bad);
        Assert.Equal(new UdpackCloseReason(SessionEndCause.PeerError, Reason: GoAwayReason.HandlerFailed), bad.CloseReason);
        Assert.Equal("still here", await EchoAsync(good, "still here"));
        Assert.Equal(SessionEndCause.Aborted, await _log.Disconnected.Task.WaitAsync(Patience));
        await host.StopAsync().WaitAsync(Patience);
        var record = Assert.Single(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Level >= LogLevel.Error);
        Assert.Equal(2040, record.Id.Id);
        Assert.Equal("boom", record.Exception!.Message);
    }

    [Fact]
    public async Task A_handler_that_returns_closes_its_session_after_its_data()
    {
        _builder.Services.AddUdpackServer().AddHandler(async (session, token) => await session.SendAsync("bye"u8.ToArray(), token));
        using var host = await StartAsync();
        await using var session = await ConnectAsync(host);

        using (var packet = await session.ReceiveAsync().AsTask().WaitAsync(Patience))
        {
            Assert.Equal("bye", Encoding.UTF8.GetString(packet.Span));
        }

        await EndOfAsync(session);
        Assert.Equal(SessionEndCause.ClosedByPeer, session.CloseReason!.Cause);
    }

    [Fact]
    public async Task A_stopping_server_lets_handlers_finish_and_says_goodbye()
    {
        using var host = await StartEchoAsync();
        await using var session = await ConnectAsync(host);
        await EchoAsync(session, "hello");

        await host.StopAsync().WaitAsync(Patience);

        await EndOfAsync(session);
        Assert.Equal(SessionEndCause.ClosedByPeer, session.CloseReason!.Cause);
        Assert.Equal(["connected", "packet hello", "disconnected", "scope disposed"], _log.Events);
    }

    [Fact]
    public async Task A_handler_that_will_not_end_does_not_outlast_the_drain_timeout()
    {
        var stuck = new TaskCompletionSource();
        _builder.Services.AddUdpackServer(options => options.Shutdown.DrainTimeout = TimeSpan.Zero).AddHandler((_, _) => stuck.Task);
        using var host = await StartAsync();
        await using var session = await ConnectAsync(host);
        using var patience = new CancellationTokenSource();

        var stop = host.StopAsync(patience.Token);
        await EndOfAsync(session);
        await patience.CancelAsync();
        await Record.ExceptionAsync(() => stop.WaitAsync(Patience));

        Assert.Contains(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Id.Id == 2002);
        stuck.SetResult();
    }

    [Fact]
    public async Task A_port_in_use_fails_the_start_and_frees_the_other_endpoints()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var free = (IPEndPoint)probe.LocalEndPoint!;
        probe.Close();
        _builder.Services.AddUdpackServer()
            .AddEndpoint("a", endpoint => endpoint.Port = free.Port)
            .AddEndpoint("b", endpoint => endpoint.Port = ((IPEndPoint)taken.LocalEndPoint!).Port);

        var exception = await Assert.ThrowsAsync<UdpackException>(() => StartEchoAsync());

        Assert.Equal(UdpackError.BindFailed, exception.Error);
        Assert.Contains($"The endpoint 'b' cannot bind udp://{taken.LocalEndPoint}", exception.Message, StringComparison.Ordinal);
        using var again = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        again.Bind(free);
    }

    [Fact]
    public async Task A_host_that_is_disposed_without_stop_ends_its_sessions_and_complains_about_nothing()
    {
        var host = await StartEchoAsync();
        var logs = host.Services.GetFakeLogCollector();
        await using var session = await ConnectAsync(host);
        await EchoAsync(session, "hello");

        host.Dispose();

        await EndOfAsync(session);
        Assert.DoesNotContain(logs.GetSnapshot(), record => record.Level >= LogLevel.Error);
    }

    private async Task<IHost> StartEchoAsync()
    {
        _builder.Services.AddUdpack(options => options.Handlers.Add<EchoHandler>());
        return await StartAsync();
    }

    private async Task<IHost> StartAsync()
    {
        var host = _builder.Build();
        try
        {
            await host.StartAsync().WaitAsync(Patience);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private async Task<UdpackSession> ConnectAsync(IHost host) => await UdpackClient.ConnectAsync(new UdpackClientOptions
    {
        RemoteEndPoint = host.Services.GetRequiredService<IUdpackServer>().Endpoints["default"],
        ServerPublicKey = _keys.Current.Active.PublicKey,
        Token = "token"u8.ToArray(),
    }).AsTask().WaitAsync(Patience);

    private static async Task<string> EchoAsync(UdpackSession session, string text)
    {
        await session.SendAsync(Encoding.UTF8.GetBytes(text)).AsTask().WaitAsync(Patience);
        using var packet = await session.ReceiveAsync().AsTask().WaitAsync(Patience);
        return Encoding.UTF8.GetString(packet.Span);
    }

    private static async Task EndOfAsync(UdpackSession session)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = session.Closed.Register(ended.SetResult);
        await ended.Task.WaitAsync(Patience);
    }

    private sealed class SessionLog
    {
        public ConcurrentQueue<string> Events { get; } = new();

        public TaskCompletionSource<SessionEndCause> Disconnected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class ScopedPart(SessionLog log) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            log.Events.Enqueue("scope disposed");
            return ValueTask.CompletedTask;
        }
    }

    private sealed class EchoHandler(SessionLog log, ScopedPart part) : UdpackPacketHandler
    {
        protected override ValueTask OnConnectedAsync(UdpackSession session, CancellationToken cancellationToken)
        {
            Assert.NotNull(part);
            log.Events.Enqueue("connected");
            return ValueTask.CompletedTask;
        }

        protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
        {
            var text = Encoding.UTF8.GetString(packet.Span);
            log.Events.Enqueue($"packet {text}");
            return text == "boom" ? throw new InvalidOperationException("boom") : session.SendAsync(packet, cancellationToken);
        }

        protected override ValueTask OnDisconnectedAsync(UdpackSession session, UdpackCloseReason reason)
        {
            log.Events.Enqueue("disconnected");
            log.Disconnected.TrySetResult(reason.Cause);
            return ValueTask.CompletedTask;
        }
    }
}
