using System.Diagnostics;
using System.Net;
using UDPack.Protocol;
using UDPack.Sockets;
using UDPack.Sockets.Linux;
using UDPack.Tests.Network;

namespace UDPack.Tests.Sockets;

/// <summary>On a link of MTU 1500 of a network of its own, whose fragments the kernel counts.</summary>
public class FragmentationTests
{
    private const string Link1500 = "ip link set lo mtu 1500 up";
    private const int TransferBytes = 3_000_000;

    [NamespaceTheory]
    [InlineData("portable", "127.0.0.1", "127.0.0.1", 1472)]
    [InlineData("portable", "::1", "::1", 1452)]
    [InlineData("portable", "::", "::1", 1452)]
    [InlineData("portable", "::", "127.0.0.1", 1472)]
    [InlineData("Linux", "127.0.0.1", "127.0.0.1", 1472)]
    [InlineData("Linux", "::1", "::1", 1452)]
    [InlineData("Linux", "::", "::1", 1452)]
    [InlineData("Linux", "::", "127.0.0.1", 1472)]
    public Task What_the_link_does_not_carry_whole_is_not_sent(string kind, string bound, string to, int largest) => NetworkNamespace.RunAsync(Link1500, () =>
    {
        using var socket = Open(kind, bound);
        var path = ToItself(socket, to);

        Assert.True(socket.Send(new byte[largest], largest, path));
        foreach (var size in (int[])[largest + 1, 8972, 65_507])
        {
            Assert.False(socket.Send(new byte[size], size, path), $"{size} bytes");
        }

        Assert.True(socket.Send(new byte[largest], largest, path));
        Assert.Equal(0, NetworkNamespace.FragmentsMade());
        return Task.CompletedTask;
    });

    /// <summary>As a forged "packet too big" leaves it behind: IP_PMTUDISC_DO would send nothing larger.</summary>
    [NamespaceTheory]
    [InlineData("portable", "127.0.0.1", "127.0.0.1", 1472)]
    [InlineData("portable", "::1", "::1", 1452)]
    [InlineData("portable", "::", "127.0.0.1", 1472)]
    [InlineData("Linux", "127.0.0.1", "127.0.0.1", 1472)]
    [InlineData("Linux", "::1", "::1", 1452)]
    [InlineData("Linux", "::", "::1", 1452)]
    [InlineData("Linux", "::", "127.0.0.1", 1472)]
    public Task A_lowered_MTU_of_the_route_lowers_nothing_that_is_sent(string kind, string bound, string to, int largest) => NetworkNamespace.RunAsync(
        $"{Link1500}; ip route replace local 127.0.0.1 dev lo table local mtu 1300; ip -6 route del local ::1 table local; "
        + "ip -6 route add local ::1 dev lo table local mtu 1300",
        () =>
        {
            using var socket = Open(kind, bound);
            var path = ToItself(socket, to);

            Assert.True(socket.Send(new byte[largest], largest, path));
            Assert.False(socket.Send(new byte[largest + 1], largest + 1, path));
            Assert.Equal(0, NetworkNamespace.FragmentsMade());
            return Task.CompletedTask;
        });

    [NamespaceTheory]
    [InlineData("127.0.0.1", "127.0.0.1", 1472)]
    [InlineData("0.0.0.0", "127.0.0.2", 1472)]
    [InlineData("::1", "::1", 1452)]
    [InlineData("::", "::1", 1452)]
    [InlineData("::", "127.0.0.1", 1472)]
    public Task A_session_finds_what_the_link_carries_and_nothing_is_ever_cut(string bound, string to, int largest) => NetworkNamespace.RunAsync(Link1500, () =>
    {
        var before = NetworkNamespace.FragmentsMade();
        var listener = Net.Listen(options => options.LocalEndPoint = new IPEndPoint(IPAddress.Parse(bound), 0));
        var client = new UdpackClient(Net.ClientOptions(new IPEndPoint(IPAddress.Parse(to), listener.LocalEndPoint.Port)));

        // On this thread until it blocks: both sockets belong to its network.
        var connecting = client.ConnectAsync().AsTask();
        var session = connecting.Soon().GetAwaiter().GetResult();
        var found = TransferAsync(listener, session, until: (largest, largest)).GetAwaiter().GetResult();
        client.DisposeAsync().AsTask().GetAwaiter().GetResult();
        listener.DisposeAsync().AsTask().GetAwaiter().GetResult();

        Assert.Equal((largest, largest), found);
        Assert.Equal(0, NetworkNamespace.FragmentsMade() - before);
        return Task.CompletedTask;
    });

    [Fact]
    public async Task Where_the_system_may_cut_datagrams_they_stay_at_a_size_that_needs_none()
    {
        var network = new WrappedNetwork(static inner => new WrappedSocket(inner) { MayFragment = true });
        await using var listener = Net.Listen(options => options.Network = network);
        await using var client = Net.Client(listener, options => options.Network = network);
        await using var session = await client.ConnectAsync().Soon();

        Assert.Equal((1200, 1200), await TransferAsync(listener, session));
    }

    private static IDatagramSocket Open(string kind, string bound)
    {
        var local = new IPEndPoint(IPAddress.Parse(bound), 0);
        return kind == "Linux" ? new LinuxDatagramSocket(local, 65_536) : new PortableDatagramSocket(local, 65_536);
    }

    private static NetworkPath ToItself(IDatagramSocket socket, string address) =>
        new(default, SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Parse(address), socket.LocalEndPoint.Port)));

    /// <summary>
    /// Sends much both ways; returns the path MTUs that client and server found. On a busy machine a probe may be lost, and then the search takes longer than
    /// the transfer: it goes on until they have found what there is to find, for at most a minute.
    /// </summary>
    private static async Task<(int Client, int Server)> TransferAsync(UdpackListener listener, UdpackSession client, (int, int)? until = null)
    {
        var server = await listener.AcceptSessionAsync().Soon();
        var began = Stopwatch.GetTimestamp();
        (int, int) found;
        do
        {
            var sending = Task.WhenAll(SendAsync(client), SendAsync(server));
            var receiving = Task.WhenAll(ReceiveAsync(client), ReceiveAsync(server));
            await Task.WhenAll(sending, receiving).WaitAsync(TimeSpan.FromSeconds(60));
            found = (client.GetStatistics().PathMtuBytes, server.GetStatistics().PathMtuBytes);
        }
        while (until is { } expected && found != expected && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60));
        return found;

        static async Task SendAsync(UdpackSession session)
        {
            var packet = new byte[30_000];
            for (var sent = 0; sent < TransferBytes; sent += packet.Length)
            {
                await session.SendAsync(packet);
            }
        }

        static async Task ReceiveAsync(UdpackSession session)
        {
            for (var received = 0; received < TransferBytes;)
            {
                using var packet = await session.ReceiveAsync();
                received += packet.Length;
            }
        }
    }
}
