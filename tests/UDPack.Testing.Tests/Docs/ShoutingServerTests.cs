using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UDPack;
using UDPack.Testing;
using Xunit;

namespace UDPack.Testing.Tests.Docs;

public sealed class ShoutingServerTests
{
    [Fact]
    public async Task Clients_on_bad_wifi_are_shouted_at()
    {
        // A server key for the test; the client holds the public half.
        using var key = ServerKey.GenerateP256();
        await using var network = new SimulatedNetwork(seed: 42) { Conditions = LinkConditions.Wifi with { Loss = 0.2 } };

        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IKeyStore>(new StaticKeyStore(new ServerKeyRing(key)));
        builder.Services.AddUdpackServer()
            .AddTokenValidator((context, cancellationToken) => ValueTask.FromResult(TokenVerdict.Success()))
            .AddHandler(async (session, cancellationToken) =>
            {
                await foreach (var packet in session.ReadAllAsync(cancellationToken))
                {
                    using (packet)
                    {
                        var text = Encoding.UTF8.GetString(packet.Span);
                        await session.SendAsync(Encoding.UTF8.GetBytes(text.ToUpperInvariant()), cancellationToken);
                    }
                }
            });
        builder.Services.AddSimulatedNetwork(network);

        await network.RunAsync(async () =>
        {
            var host = builder.Build();
            await using var disposal = (IAsyncDisposable)host;
            await host.StartAsync();

            await using var client = new UdpackClient(new UdpackClientOptions
            {
                Network = network,
                RemoteEndPoint = System.Net.IPEndPoint.Parse("127.0.0.1:9000"),
                ServerPublicKey = key.PublicKey,
                Token = "secret"u8.ToArray(),
            });
            await using var session = await client.ConnectAsync();
            await session.SendAsync("hello"u8.ToArray());
            using (var answer = await session.ReceiveAsync())
            {
                Assert.Equal("HELLO", Encoding.UTF8.GetString(answer.Span));
            }

            // An hour of silence takes milliseconds; keep-alives and timeouts happen all the same.
            await Task.Delay(TimeSpan.FromHours(1), network.TimeProvider);

            // The line is dead for five seconds; the packet arrives after that.
            network.Blackhole(TimeSpan.FromSeconds(5));
            await session.SendAndConfirmAsync("still there?"u8.ToArray());

            await host.StopAsync();
        });

        Assert.True(network.GetStatistics().Lost > 0);
    }
}
