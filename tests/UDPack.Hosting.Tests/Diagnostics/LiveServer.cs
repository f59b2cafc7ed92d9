using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UDPack.Hosting.Tests.Fakes;

namespace UDPack.Hosting.Tests.Diagnostics;

/// <summary>A host with a real socket whose handler fails at "boom" and echoes everything else; its endpoint's name is nobody else's.</summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeKeyStore _keys = new();

    private LiveServer(Action<HostApplicationBuilder>? configure)
    {
        var builder = TestHost.CreateBuilder([
            ($"Udpack:Server:Endpoints:{Name}:Address", "127.0.0.1"), ($"Udpack:Server:Endpoints:{Name}:Port", "0")]);
        builder.Services.AddSingleton<IKeyStore>(_keys);
        configure?.Invoke(builder);
        builder.Services.AddUdpackServer()
            .AddTokenValidator((context, _) => ValueTask.FromResult(
                context.GetTokenString() == "good" ? TokenVerdict.Success() : TokenVerdict.Failure("bad")))
            .AddHandler<EchoHandler>();
        Host = builder.Build();
    }

    public string Name { get; } = $"live-{Guid.NewGuid():N}";

    public IHost Host { get; }

    public static async Task<LiveServer> StartAsync(Action<HostApplicationBuilder>? configure = null)
    {
        var server = new LiveServer(configure);
        await server.Host.StartAsync();
        return server;
    }

    public async Task<UdpackSession> ConnectAsync(string token = "good", ServerPublicKey? key = null, int attempts = 6) => await UdpackClient.ConnectAsync(new UdpackClientOptions
    {
        RemoteEndPoint = Host.Services.GetRequiredService<IUdpackServer>().Endpoints[Name],
        ServerPublicKey = key ?? _keys.Current.Active.PublicKey,
        Token = System.Text.Encoding.UTF8.GetBytes(token),
        MaxAttempts = attempts,
        RetryInterval = TimeSpan.FromMilliseconds(50),
    }).AsTask().WaitAsync(Patience);

    public static async Task EchoAsync(UdpackSession session)
    {
        await session.SendAsync("hello"u8.ToArray()).AsTask().WaitAsync(Patience);
        using var packet = await session.ReceiveAsync().AsTask().WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync().WaitAsync(Patience);
        Host.Dispose();
        _keys.Dispose();
    }

    private sealed class EchoHandler : UdpackPacketHandler
    {
        protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken) =>
            packet.Span.SequenceEqual("boom"u8) ? throw new InvalidOperationException("boom") : session.SendAsync(packet, cancellationToken);
    }
}
