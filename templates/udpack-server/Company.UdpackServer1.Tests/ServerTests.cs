using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using UDPack;
using UDPack.Testing;

namespace Company.UdpackServer1.Tests;

/// <summary>The whole server, on a network in memory and on virtual time.</summary>
public sealed class ServerTests : IDisposable
{
    private readonly ServerKey _key = ServerKey.GenerateP256();

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task Packets_come_back_over_a_network_that_loses_every_fifth_datagram()
    {
        await using var network = new SimulatedNetwork(seed: 1) { Conditions = LinkConditions.Wifi with { Loss = 0.2 } };
        await RunAsync(network, async () =>
        {
            await using var session = await UdpackClient.ConnectAsync(Client(network, "secret"));
            for (var i = 0; i < 10; i++)
            {
                await session.SendAsync(Encoding.UTF8.GetBytes($"packet {i}"));
                using var echo = await session.ReceiveAsync();
                Assert.Equal($"packet {i}", Encoding.UTF8.GetString(echo.Span));
            }
        });
    }

    [Fact]
    public async Task A_client_with_a_wrong_token_is_refused()
    {
        await using var network = new SimulatedNetwork(seed: 1);
        await RunAsync(network, async () =>
        {
            var exception = await Assert.ThrowsAsync<UdpackException>(() => UdpackClient.ConnectAsync(Client(network, "guess")).AsTask());
            Assert.Equal(UdpackError.AuthenticationFailed, exception.Error);
        });
    }

    private async Task RunAsync(SimulatedNetwork network, Func<Task> test)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Udpack:Server:Endpoints:default:Port", "9000"), new("Tokens:Accepted:0", "secret")]);
        builder.Services.AddSingleton<IKeyStore>(new StaticKeyStore(new ServerKeyRing(_key)));
        builder.Services.AddServer(builder.Configuration);
        builder.Services.AddSimulatedNetwork(network);

        await network.RunAsync(async () =>
        {
            var host = builder.Build();
            await using var disposal = (IAsyncDisposable)host;
            await host.StartAsync();
            await test();
            await host.StopAsync();
        });
    }

    private UdpackClientOptions Client(SimulatedNetwork network, string token) => new()
    {
        Network = network,
        RemoteEndPoint = IPEndPoint.Parse("127.0.0.1:9000"),
        ServerPublicKey = _key.PublicKey,
        Token = Encoding.UTF8.GetBytes(token),
    };
}
