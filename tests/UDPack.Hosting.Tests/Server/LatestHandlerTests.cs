using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UDPack.Hosting.Tests.Fakes;

namespace UDPack.Hosting.Tests.Server;

/// <summary>Values of keys and sequenced messages in handlers, over real sockets on loopback.</summary>
public sealed class LatestHandlerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeKeyStore _keys = new();
    private readonly HostApplicationBuilder _builder = TestHost.CreateBuilder(
        [("Udpack:Server:EndpointDefaults:Address", "127.0.0.1"), ("Udpack:Server:EndpointDefaults:Port", "0")]);

    public LatestHandlerTests() => _builder.Services.AddSingleton<IKeyStore>(_keys);

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task Values_messages_and_sequenced_ones_are_handled_one_at_a_time_each_by_its_own_call()
    {
        var running = 0;
        using var host = await StartAsync(new UdpackCallbacks
        {
            OnDatagram = (session, message, _) => Answer(session, $"datagram {Text(message)}"),
            OnSequenced = (session, lane, number, message, _) => Answer(session, $"sequenced {lane} {number} {Text(message)}"),
            OnLatest = (session, key, value, _) => Answer(session, $"latest {key} {Text(value)}"),
        });
        await using var session = await ConnectAsync(host);
        session.SendDatagram("a"u8);
        session.SendLatest(7, "b"u8);
        session.SendSequenced(3, "c"u8);
        session.SendSequenced(3, "d"u8);
        session.SendLatest(8, "e"u8);

        Assert.Equal(
            ["datagram a", "latest 7 b", "latest 8 e", "sequenced 3 1 c", "sequenced 3 2 d"], (await ReceiveAsync(session, 5)).Order(StringComparer.Ordinal));
        await host.StopAsync().WaitAsync(Patience);

        async ValueTask Answer(UdpackSession session, string text)
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            await Task.Yield();
            await session.SendAsync(Encoding.UTF8.GetBytes(text));
            Interlocked.Decrement(ref running);
        }
    }

    [Fact]
    public async Task While_a_call_runs_newer_values_replace_what_waits()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = await StartAsync(new UdpackCallbacks
        {
            OnLatest = async (session, key, value, token) =>
            {
                var text = Text(value);
                entered.TrySetResult();
                await release.Task;
                await session.SendAsync(Encoding.UTF8.GetBytes($"{key} {text}"), token);
            },
        });
        await using var session = await ConnectAsync(host);
        session.SendLatest(1, "0"u8);
        await entered.Task.WaitAsync(Patience);
        for (var i = 1; i <= 20; i++)
        {
            session.SendLatest(1, Encoding.UTF8.GetBytes($"{i}"));
        }

        // In its place, so what was set after it has arrived, too.
        await session.SendAndConfirmAsync("x"u8.ToArray()).AsTask().WaitAsync(Patience);
        await WaitUntilAsync(() => session.GetStatistics().BytesInFlight == 0);
        release.SetResult();

        Assert.Equal(["1 0", "1 20"], await ReceiveAsync(session, 2));
    }

    [Fact]
    public async Task Without_a_call_of_their_own_sequenced_messages_are_messages_and_values_are_dropped()
    {
        using var host = await StartAsync(new UdpackCallbacks { OnDatagram = (session, message, token) => session.SendAsync(message.ToArray(), token) });
        await using var session = await ConnectAsync(host);
        session.SendLatest(1, "dropped"u8);
        session.SendSequenced(1, "one"u8);

        Assert.Equal(["one"], await ReceiveAsync(session, 1));
        await WaitUntilAsync(() => session.GetStatistics().BytesInFlight == 0);
        Assert.Equal(0, session.GetStatistics().ValuesReplaced);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private static async Task<List<string>> ReceiveAsync(UdpackSession session, int count)
    {
        var texts = new List<string>();
        while (texts.Count < count)
        {
            using var packet = await session.ReceiveAsync().AsTask().WaitAsync(Patience);
            texts.Add(Text(packet.Memory));
        }

        return texts;
    }

    private async Task<IHost> StartAsync(UdpackCallbacks callbacks)
    {
        _builder.Services.AddUdpackServer().AddHandler(callbacks);
        var host = _builder.Build();
        await host.StartAsync().WaitAsync(Patience);
        return host;
    }

    private async Task<UdpackSession> ConnectAsync(IHost host) => await UdpackClient.ConnectAsync(new UdpackClientOptions
    {
        RemoteEndPoint = host.Services.GetRequiredService<IUdpackServer>().Endpoints["default"],
        ServerPublicKey = _keys.Current.Active.PublicKey,
        Token = "token"u8.ToArray(),
    }).AsTask().WaitAsync(Patience);
}
