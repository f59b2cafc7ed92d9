using System.Net;
using UDPack.Tests.Network;

namespace UDPack.Tests.Clients;

/// <summary>Addresses that nobody can be reached at are refused by name, with what to write instead.</summary>
public class RemoteAddressTests
{
    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::", "::1")]
    [InlineData("::ffff:0.0.0.0", "127.0.0.1")]
    [InlineData("224.0.0.1", "multicast")]
    [InlineData("255.255.255.255", "broadcast")]
    [InlineData("ff02::1", "multicast")]
    [InlineData("fe80::1", "fe80::1%2")]
    public void They_are_refused_when_the_client_is_made(string address, string fix)
    {
        foreach (var remote in (EndPoint[])[new IPEndPoint(IPAddress.Parse(address), 9000), new DnsEndPoint(address, 9000)])
        {
            var exception = Assert.Throws<ArgumentException>(() => new UdpackClient(Net.ClientOptions(remote)));

            Assert.Contains("RemoteEndPoint", exception.Message, StringComparison.Ordinal);
            Assert.Contains(fix, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void So_is_port_0() =>
        Assert.Contains("port 0", Assert.Throws<ArgumentException>(() => new UdpackClient(Net.ClientOptions(new IPEndPoint(IPAddress.Loopback, 0)))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_link_local_address_takes_the_link_of_the_clients_own() =>
        await new UdpackClient(Net.ClientOptions(
            new IPEndPoint(IPAddress.Parse("fe80::1"), 9000), options => options.LocalEndPoint = new IPEndPoint(IPAddress.Parse("fe80::2%1"), 0))).DisposeAsync();

    [Fact]
    public void One_that_is_bound_must_say_its_link_too()
    {
        var link = new IPEndPoint(IPAddress.Parse("fe80::1"), 0);

        Assert.Contains("fe80::1%2", Assert.Throws<ArgumentException>(() => Net.Listen(options => options.LocalEndPoint = link)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "LocalEndPoint: fe80::1 is link-local",
            Assert.Throws<ArgumentException>(() => new UdpackClient(Net.ClientOptions(new IPEndPoint(IPAddress.IPv6Loopback, 9000), options => options.LocalEndPoint = link))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scope_of_an_address_that_is_not_link_local_does_no_harm()
    {
        await using var listener = Net.Listen(options => options.LocalEndPoint = new IPEndPoint(IPAddress.IPv6Loopback, 0));
        var echoing = Net.EchoAsync(listener);
        await using (var client = new UdpackClient(Net.ClientOptions(new IPEndPoint(IPAddress.Parse("::1%1"), listener.LocalEndPoint.Port))))
        {
            await Net.AssertEchoesAsync(await client.ConnectAsync().Soon());
        }

        await listener.DisposeAsync();
        await echoing.Soon();
    }
}
