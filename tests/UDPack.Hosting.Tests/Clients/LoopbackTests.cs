using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace UDPack.Hosting.Tests.Clients;

/// <summary>Lasting connections over real sockets.</summary>
public sealed class LoopbackTests
{
    [Fact]
    public async Task A_client_survives_the_restart_of_its_server()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var server = new EchoListener(null, new IPEndPoint(IPAddress.Loopback, 0));
        var builder = TestHost.CreateBuilder();
        builder.Services.AddUdpackClient("telemetry", settings =>
        {
            settings.RemoteEndPoint = $"localhost:{server.LocalEndPoint.Port}";
            settings.ServerPublicKey = ClientWorld.Key.PublicKey.ToPem();
            settings.Token = "token";
            settings.InitialConnect = UdpackClientInitialConnect.Throw;
            settings.Handshake.RetryInterval = TimeSpan.FromMilliseconds(50);
            settings.Reconnect.InitialDelay = TimeSpan.FromMilliseconds(20);
            settings.Reconnect.MaxDelay = TimeSpan.FromMilliseconds(100);
        });
        using var host = builder.Build();
        await host.StartAsync(timeout.Token);
        var connection = host.Services.GetRequiredKeyedService<UdpackConnection>("telemetry");
        await using var packets = connection.ReadAllAsync(timeout.Token).GetAsyncEnumerator();
        await connection.SendAsync("one"u8.ToArray(), timeout.Token);
        Assert.Equal("one", await NextAsync(packets));
        var first = connection.Session;

        await server.StopAsync();
        await using var again = new EchoListener(null, server.LocalEndPoint);
        while (await connection.GetSessionAsync(timeout.Token) == first)
        {
            await Task.Delay(5, timeout.Token);
        }

        await connection.SendAsync("two"u8.ToArray(), timeout.Token);
        Assert.Equal("two", await NextAsync(packets));
        await host.StopAsync(timeout.Token);
        Assert.Equal(UdpackConnectionState.Closed, connection.State);
        Assert.False(await packets.MoveNextAsync());
    }

    private static async Task<string> NextAsync(IAsyncEnumerator<UdpackPacket> packets)
    {
        Assert.True(await packets.MoveNextAsync());
        using var packet = packets.Current;
        return Encoding.UTF8.GetString(packet.Span);
    }
}
