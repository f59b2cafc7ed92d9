using System.Net;
using System.Net.Sockets;
using UDPack.Protocol;
using UDPack.Sockets;
using UDPack.Sockets.Linux;
using UDPack.Tests.EndToEnd;

namespace UDPack.Tests.Sockets;

/// <summary>
/// Reports of the network about one address, which the system hands to whoever uses the socket next, cost no datagram to another.
/// </summary>
public class UnreachableReportsTests
{
    // A host that does not answer on the link is given up after three tries, here in a moment.
    private const string SilentNeighbour = "ip link set lo up; ip link add left type veth peer name right; ip addr add 10.9.0.1/24 dev left; "
        + "ip link set left up; ip link set right up; ip ntable change name arp_cache dev left retrans 50";

    [NamespaceTheory]
    [InlineData("0.0.0.0", "10.9.0.2", 1)]
    [InlineData("0.0.0.0", "10.9.0.2", 5)]
    [InlineData("0.0.0.0", "127.0.0.1", 1)]
    [InlineData("0.0.0.0", "127.0.0.1", 5)]
    [InlineData("::", "10.9.0.2", 1)]
    [InlineData("::", "127.0.0.1", 5)]
    [InlineData("::", "::1", 5)]
    public Task What_is_sent_to_another_address_after_them_goes(string bound, string unreachable, int reports) => NetworkNamespace.RunAsync(SilentNeighbour, () =>
    {
        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var socket = new LinuxDatagramSocket(new IPEndPoint(IPAddress.Parse(bound), 0), 65_536);
        socket.WatchUnreachable(isOn: true);
        var nobody = To(new IPEndPoint(IPAddress.Parse(unreachable), 9));
        for (var i = 0; i < reports; i++)
        {
            Assert.True(socket.Send([1], 1, nobody));
        }

        // Ends when there is a report, and takes none.
        socket.Wait(30_000_000);
        var buffer = new byte[10];
        for (var i = 0; i < reports + 1; i++)
        {
            Assert.True(socket.Send([(byte)i], 1, To((IPEndPoint)receiver.LocalEndPoint!)), $"datagram {i}");
            Assert.Equal(1, receiver.Receive(buffer));
            Assert.Equal(i, buffer[0]);

            // Taking one hands out the next to whatever comes then.
            Assert.Equal(i < reports, socket.TryTakeUnreachable(out var address));
            Assert.Equal(i < reports && unreachable != "10.9.0.2" ? nobody.Remote : default, address);
        }

        Assert.False(socket.TryReceive(buffer, out _, out _));
        return Task.CompletedTask;
    });

    [LinuxTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_cannot_be_sent_is_told_as_such_all_the_same(bool watches)
    {
        using var socket = new LinuxDatagramSocket(new IPEndPoint(IPAddress.Loopback, 0), 65_536);
        socket.WatchUnreachable(watches);

        Assert.False(socket.Send(new byte[65_535], 65_535, To(socket.LocalEndPoint)));
        Assert.False(socket.IsFull);
        Assert.True(socket.Send([1], 1, To(socket.LocalEndPoint)));
    }

    private static NetworkPath To(IPEndPoint endPoint) => new(default, SocketAddresses.FromEndPoint(endPoint));
}
