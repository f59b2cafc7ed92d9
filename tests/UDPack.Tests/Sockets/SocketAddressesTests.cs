using System.Net;
using UDPack.Protocol;
using UDPack.Sockets;

namespace UDPack.Tests.Sockets;

public class SocketAddressesTests
{
    [Theory]
    [InlineData("127.0.0.1", 0u)]
    [InlineData("255.255.255.255", 0u)]
    [InlineData("::1", 0u)]
    [InlineData("fe80::1:2:3:4", 17u)]
    [InlineData("2001:db8:1:2:3:4:5:6", 0u)]
    [InlineData("::ffff:10.1.2.3", 0u)]
    public void Addresses_survive_the_way_there_and_back(string text, uint scope)
    {
        var address = IPAddress.Parse(text);
        if (scope != 0)
        {
            address.ScopeId = scope;
        }

        var endPoint = new IPEndPoint(address, 54_321);
        var peer = SocketAddresses.FromEndPoint(endPoint);
        var raw = new SocketAddress(endPoint.AddressFamily);
        SocketAddresses.Write(peer, raw);

        Assert.Equal(endPoint.Serialize(), raw);
        Assert.Equal(scope, peer.ScopeId);
        Assert.Equal(peer, SocketAddresses.Read(raw));
        var expected = address.IsIPv4MappedToIPv6 ? new IPEndPoint(address.MapToIPv4(), 54_321) : endPoint;
        Assert.Equal(expected, SocketAddresses.ToEndPoint(peer));
    }

    [Fact]
    public void An_IPv4_peer_is_the_same_whichever_family_its_socket_has()
    {
        var v4 = SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Parse("10.1.2.3"), 5));
        var mapped = SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Parse("::ffff:10.1.2.3"), 5));

        Assert.Equal(v4, mapped);
    }

    [Theory]
    [InlineData("::1%1", "::1")]
    [InlineData("2001:db8::1%7", "2001:db8::1")]
    [InlineData("::ffff:10.1.2.3%7", "10.1.2.3")]
    public void Scopes_of_addresses_that_are_not_link_local_say_nothing(string with, string without) =>
        Assert.Equal(
            SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Parse(without), 9000)),
            SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Parse(with), 9000)));

    [Fact]
    public void Link_local_addresses_of_two_links_are_two() =>
        Assert.NotEqual(
            SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Parse("fe80::1%1"), 9000)),
            SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Parse("fe80::1%2"), 9000)));

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("127.0.0.2", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("239.255.255.255", false)]
    [InlineData("240.0.0.1", true)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", true)]
    [InlineData("ff02::1", false)]
    [InlineData("fe80::1%3", true)]
    public void Only_one_hosts_addresses_are_answered_from(string text, bool isUnicast) =>
        Assert.Equal(isUnicast, SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Parse(text), 0)).IsUnicast);
}
