using System.Net;
using System.Net.Sockets;
using UDPack.Protocol;
using UDPack.Sockets;
using UDPack.Sockets.Linux;
using UDPack.Tests.Network;

namespace UDPack.Tests.Sockets;

/// <summary>A machine on two links without any addresses but those that it gave itself: both have the same prefix.</summary>
public class LinkLocalTests
{
    private const string TwoLinks = "ip link set lo up; ip link add one type veth peer name end1; ip link add two type veth peer name end2; "
        + "ip addr add 169.254.1.1/16 dev one; ip addr add 169.254.2.1/16 dev two; ip link set one up; ip link set two up";

    [NamespaceTheory]
    [InlineData("0.0.0.0", 1)]
    [InlineData("0.0.0.0", 2)]
    [InlineData("::", 1)]
    [InlineData("::", 2)]
    [InlineData("169.254.2.1", 2)]
    public Task An_answer_leaves_by_the_link_that_the_question_came_by(string bound, int link) => NetworkNamespace.RunAsync(TwoLinks, () =>
    {
        using var server = new LinuxDatagramSocket(new IPEndPoint(IPAddress.Parse(bound), 0), 65_536);
        var number = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var isLinked = new ManualResetEventSlim();
        var peer = NetworkNamespace.RunAsync("ip link set lo up", () =>
        {
            number.SetResult(NetworkNamespace.ThreadNumber());
            Assert.True(isLinked.Wait(Patience.Limit));
            NetworkNamespace.Shell($"ip addr add 169.254.9.9/16 dev end{link}; ip link set end{link} up");
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 20_000 };
            socket.Connect(new IPEndPoint(IPAddress.Parse($"169.254.{link}.1"), server.LocalEndPoint.Port));
            socket.Send("question"u8);
            var buffer = new byte[10];
            Assert.Equal(6, socket.Receive(buffer));
            return Task.CompletedTask;
        });
        NetworkNamespace.Shell($"ip link set end{link} netns {number.Task.Soon().GetAwaiter().GetResult()}");
        isLinked.Set();

        var buffer = new byte[10];
        NetworkPath path;
        int length;
        while (!server.TryReceive(buffer, out length, out path) && !peer.IsCompleted)
        {
            server.Wait(100_000);
        }

        Assert.Equal(8, length);
        Assert.Equal(PeerAddress.FromIPv4(0xA9FE_0001 | ((uint)link << 8), 0), path.Local with { ScopeId = 0 });
        Assert.NotEqual(0u, path.Local.ScopeId);
        Assert.True(server.Send("answer"u8, 6, path));
        return peer.Soon();
    });

    [NamespaceTheory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("169.254.2.1")]
    public Task The_machine_itself_is_answered_too(string bound) => NetworkNamespace.RunAsync(TwoLinks, () =>
    {
        using var server = new LinuxDatagramSocket(new IPEndPoint(IPAddress.Parse(bound), 0), 65_536);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 20_000 };
        socket.Connect(new IPEndPoint(IPAddress.Parse("169.254.2.1"), server.LocalEndPoint.Port));
        socket.Send("question"u8);
        server.Wait(20_000_000);
        var buffer = new byte[10];
        Assert.True(server.TryReceive(buffer, out _, out var path));

        Assert.True(server.Send("answer"u8, 6, path));

        Assert.Equal(6, socket.Receive(buffer));
        return Task.CompletedTask;
    });

    [Theory]
    [InlineData("169.254.0.1", 7u)]
    [InlineData("169.254.255.255", 7u)]
    [InlineData("169.253.255.255", 0u)]
    [InlineData("169.255.0.0", 0u)]
    [InlineData("10.1.2.3", 0u)]
    public void Of_other_addresses_no_interface_is_kept(string address, uint scope)
    {
        var peer = SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Parse(address), 0));

        Assert.Equal(peer with { ScopeId = scope }, PeerAddress.LocalIPv4(peer.IPv4, 7));
    }
}
