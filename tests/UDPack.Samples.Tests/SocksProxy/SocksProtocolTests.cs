using System.Net;
using System.Net.Sockets;
using System.Text;

namespace UDPack.Samples.Tests.SocksProxy;

/// <summary>RFC 1928 on the wire, and how connections end.</summary>
public sealed class SocksProtocolTests(RunningProxy proxy) : IClassFixture<RunningProxy>
{
    [Fact]
    public async Task Commands_other_than_connect_are_not_supported()
    {
        using var client = await GreetAsync();
        await client.SendAsync(5, 2, 0, 1, 127, 0, 0, 1, 0, 80);
        Assert.Equal([5, 7, 0, 1, 0, 0, 0, 0, 0, 0], await client.ReadToEndAsync());
    }

    [Fact]
    public async Task An_unknown_kind_of_address_is_not_supported()
    {
        using var client = await GreetAsync();
        await client.SendAsync(5, 1, 0, 9, 0);
        Assert.Equal([5, 8, 0, 1, 0, 0, 0, 0, 0, 0], await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_client_without_a_method_in_common_is_told_so()
    {
        using var client = await SocksClient.ConnectAsync(proxy.EndPoint);
        await client.SendAsync(5, 1, 2);
        Assert.Equal([5, 0xff], await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Another_version_is_hung_up_on()
    {
        using var client = await SocksClient.ConnectAsync(proxy.EndPoint);
        await client.SendAsync(4, 1);
        Assert.Empty(await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_client_that_has_said_all_still_hears_the_answer()
    {
        using var target = new TcpListener(IPAddress.Loopback, 0);
        target.Start();
        using var client = await SocksClient.OpenAsync(proxy.EndPoint, PortOf(target));
        using var accepted = await target.AcceptTcpClientAsync();

        await client.SendAsync(Encoding.ASCII.GetBytes("question"));
        client.CompleteWrites();
        var stream = accepted.GetStream();
        using var reader = new StreamReader(stream);
        Assert.Equal("question", await reader.ReadToEndAsync());
        await stream.WriteAsync(Encoding.ASCII.GetBytes("answer"));
        accepted.Close();
        Assert.Equal("answer", Encoding.ASCII.GetString(await client.ReadToEndAsync()));
    }

    [Fact]
    public async Task A_target_that_has_said_all_still_hears_the_client()
    {
        using var target = new TcpListener(IPAddress.Loopback, 0);
        target.Start();
        using var client = await SocksClient.OpenAsync(proxy.EndPoint, PortOf(target));
        using var accepted = await target.AcceptTcpClientAsync();

        var stream = accepted.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("bye"));
        accepted.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal("bye", Encoding.ASCII.GetString(await client.ReadToEndAsync()));
        await client.SendAsync(Encoding.ASCII.GetBytes("wait"));
        client.CompleteWrites();
        using var reader = new StreamReader(stream);
        Assert.Equal("wait", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task A_connection_that_breaks_is_no_clean_end()
    {
        using var target = new TcpListener(IPAddress.Loopback, 0);
        target.Start();
        using var client = await SocksClient.OpenAsync(proxy.EndPoint, PortOf(target));
        // At once: what TCP calls a reset.
        (await target.AcceptSocketAsync()).Close(timeout: 0);

        await Assert.ThrowsAsync<IOException>(client.ReadToEndAsync);
    }

    private async Task<SocksClient> GreetAsync()
    {
        var client = await SocksClient.ConnectAsync(proxy.EndPoint);
        await client.SendAsync(5, 2, 0, 2);
        Assert.Equal([5, 0], await client.ReadAsync(2));
        return client;
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
