using System.Net;
using System.Text;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using UDPack;
using UDPack.Testing;
using Xunit;

namespace UDPack.Testing.Tests.Docs;

public sealed class WebGameTests
{
    [Fact]
    public async Task The_page_shows_what_players_do()
    {
        using var key = ServerKey.GenerateP256();
        await using var network = new SimulatedNetwork();
        await using var factory = new WebApplicationFactory<Program>();
        await using var game = factory.WithWebHostBuilder(web => web.ConfigureTestServices(services =>
        {
            services.AddSingleton<IKeyStore>(new StaticKeyStore(new ServerKeyRing(key)));
            services.AddSimulatedNetwork(network);
        }));

        // Starts the whole application: HTTP in memory, UDPack on the simulated network.
        using var http = game.CreateClient();

        await network.RunAsync(async () =>
        {
            Assert.Equal("Healthy", await http.GetStringAsync("/health"));

            await using var session = await UdpackClient.ConnectAsync(new UdpackClientOptions
            {
                Network = network,
                RemoteEndPoint = IPEndPoint.Parse("127.0.0.1:9000"),
                ServerPublicKey = key.PublicKey,
                Token = "player:ada"u8.ToArray(),
            });

            // The client is connected; whether OnConnectedAsync has run is known when its answer is here.
            await session.SendAsync("hi"u8.ToArray());
            using (var answer = await session.ReceiveAsync())
            {
                Assert.Equal("2 points", Encoding.UTF8.GetString(answer.Span));
            }

            Assert.Equal("1 players, 2 points", await http.GetStringAsync("/score"));

            // The player vanishes. The server notices after its idle timeout, which takes no time here.
            network.Blackhole(TimeSpan.FromMinutes(5));
            await Task.Delay(TimeSpan.FromMinutes(1), network.TimeProvider);
            Assert.Equal("0 players, 2 points", await http.GetStringAsync("/score"));

            // Within the run, as everything that ends or waits for sessions.
            await game.DisposeAsync();
        });
    }
}
