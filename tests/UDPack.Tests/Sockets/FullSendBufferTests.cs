using System.Diagnostics;
using System.Net;
using UDPack.Protocol;
using UDPack.Sockets;
using UDPack.Sockets.Linux;

namespace UDPack.Tests.Sockets;

/// <summary>
/// With a send buffer that is full: what waits for a neighbour on the link that does not answer counts for the socket that sent it,
/// until the system gives the neighbour up, after 3 s.
/// </summary>
public class FullSendBufferTests
{
    private const string SilentNeighbour = "ip link set lo up; ip link add left type veth peer name right; "
        + "ip addr add 10.9.0.1/24 dev left; ip link set left up; ip link set right up; ip ntable change name arp_cache dev left queue 10000";

    private const int Size = 1200;

    /// <summary>Of a send or a wait that does not block; the system blocks for seconds.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(500);

    [NamespaceTheory]
    [InlineData("portable", "10.9.0.1")]
    [InlineData("portable", "::")]
    [InlineData("Linux", "10.9.0.1")]
    [InlineData("Linux", "::")]
    public Task A_send_does_not_wait_and_says_so_and_a_wait_ends_when_there_is_room(string kind, string bound) => NetworkNamespace.RunAsync(SilentNeighbour, () =>
    {
        var local = new IPEndPoint(IPAddress.Parse(bound), 0);
        using IDatagramSocket socket = kind == "Linux" ? new LinuxDatagramSocket(local, 65_536) : new PortableDatagramSocket(local, 65_536);
        var silent = To("10.9.0.2");
        var datagram = new byte[Size];
        var began = Stopwatch.GetTimestamp();
        var taken = 0;
        while (socket.Send(datagram, Size, silent))
        {
            taken++;
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, Short);
        }

        Assert.True(socket.IsFull);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, Short);
        Assert.True(taken > 10);

        // Another destination shares the buffer; it is not told that it went.
        Assert.False(socket.Send(datagram, Size, To("127.0.0.1")));
        Assert.True(socket.IsFull);

        // Until the neighbour is given up: the loop's way of it.
        while (!socket.Send(datagram, Size, To("127.0.0.1")))
        {
            Assert.True(socket.IsFull);
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(30));
            socket.Wait(30_000_000);
        }

        Assert.False(socket.IsFull);
        return Task.CompletedTask;
    });

    [NamespaceTheory]
    [InlineData("portable")]
    [InlineData("Linux")]
    public Task A_wait_that_comes_after_room_was_given_up_is_as_long_as_any(string kind) => NetworkNamespace.RunAsync(SilentNeighbour, () =>
    {
        var local = new IPEndPoint(IPAddress.Parse("10.9.0.1"), 0);
        using IDatagramSocket socket = kind == "Linux" ? new LinuxDatagramSocket(local, 65_536) : new PortableDatagramSocket(local, 65_536);
        var datagram = new byte[Size];
        while (socket.Send(datagram, Size, To("10.9.0.2")))
        {
        }

        socket.Wait(1_000);
        var began = Stopwatch.GetTimestamp();
        socket.Wait(20_000);

        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(20));
        return Task.CompletedTask;
    });

    private static NetworkPath To(string address) => new(default, SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Parse(address), 9)));
}
