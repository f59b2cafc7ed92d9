using System.Net;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UDPack.Samples.Tests.Docs.Running;
using UDPack.Testing;

namespace UDPack.Samples.Tests.Docs;

/// <summary>The handlers of docs/handlers.md, registered as it shows, do what it says.</summary>
public sealed class HandlersTests
{
    private static readonly Assembly Pages = DocumentProgram.Load("docs/handlers.md", "pages");

    [Fact]
    public Task What_one_client_says_reaches_all() => RunAsync(async (network, connect) =>
    {
        await using var ada = await connect(9000);
        await using var bob = await connect(9000);
        await HearAsync(ada, "state");
        await HearAsync(bob, "state");

        await ada.SendAsync("hi"u8.ToArray());

        await HearAsync(ada, "someone: hi");
        await HearAsync(bob, "someone: hi");
    });

    [Fact]
    public Task A_client_that_does_not_keep_up_is_put_out_and_the_others_stay() => RunAsync(async (network, connect) =>
    {
        await using var slow = await connect(9000);
        await using var quick = await connect(9000);
        var reading = ReadAllAsync(quick);

        // It receives nothing: what is said to it piles up.
        var line = new byte[64 * 1024];
        for (var i = 0; i < 200 && !slow.Closed.IsCancellationRequested; i++)
        {
            await quick.SendAsync(line);
            await Task.Delay(TimeSpan.FromMilliseconds(50), network.TimeProvider);
        }

        Assert.Equal(SessionEndCause.PeerError, slow.CloseReason?.Cause);
        Assert.Equal((ushort)257, slow.CloseReason?.ApplicationCode);
        Assert.Null(quick.CloseReason);
        await quick.CloseAsync();
        await reading;
    });

    [Fact]
    public Task The_other_endpoint_has_its_own_handler() => RunAsync(async (network, connect) =>
    {
        await using var session = await connect(9001);
        await HearAsync(session, "welcome");
        await session.SendAsync("echo"u8.ToArray());
        await HearAsync(session, "echo");
    });

    private static async Task ReadAllAsync(UdpackSession session)
    {
        await foreach (var packet in session.ReadAllAsync())
        {
            packet.Dispose();
        }
    }

    private static async Task HearAsync(UdpackSession session, string text)
    {
        await foreach (var packet in session.ReadAllAsync())
        {
            using (packet)
            {
                if (Encoding.UTF8.GetString(packet.Span) == text)
                {
                    return;
                }
            }
        }

        Assert.Fail($"The session ended before it heard '{text}'.");
    }

    private static async Task RunAsync(Func<SimulatedNetwork, Func<int, ValueTask<UdpackSession>>, Task> scenario)
    {
        using var key = ServerKey.GenerateP256();
        await using var network = new SimulatedNetwork();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        foreach (var fragment in Pages.GetTypes().Where(type => type.Name.StartsWith("Fragment", StringComparison.Ordinal)))
        {
            await (Task)fragment.GetMethod("RunAsync", BindingFlags.Static | BindingFlags.NonPublic)!
                .Invoke(null, [builder, builder.Services, CancellationToken.None])!;
        }

        builder.Services.AddUdpackServer().AddTokenValidator((_, _) => ValueTask.FromResult(TokenVerdict.Success()));
        builder.Services.AddSingleton<IKeyStore>(new StaticKeyStore(new ServerKeyRing(key)));
        builder.Services.AddSimulatedNetwork(network);

        await network.RunAsync(async () =>
        {
            var host = builder.Build();
            await using var disposal = (IAsyncDisposable)host;
            await host.StartAsync();
            await scenario(network, port => UdpackClient.ConnectAsync(new UdpackClientOptions
            {
                Network = network,
                RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, port),
                ServerPublicKey = key.PublicKey,
                Token = "secret"u8.ToArray(),
            }));
            await host.StopAsync();
        });
    }
}
