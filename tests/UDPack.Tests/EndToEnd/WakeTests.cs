using System.Diagnostics;
using System.Net;
using UDPack.Protocol;
using UDPack.Sockets;
using UDPack.Sockets.Linux;
using UDPack.Tests.Network;
using UDPack.Tests.Sockets;

namespace UDPack.Tests.EndToEnd;

/// <summary>Loops are woken where nothing they send to themselves arrives: as in containers without IPv6, or with loopback down.</summary>
public class WakeTests
{
    private const string NoIPv6 = "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6; ip link set lo up";

    /// <summary>Of the sockets of other systems.</summary>
    private static readonly WrappedNetwork Portable = new(static inner =>
    {
        inner.Dispose();
        return new PortableDatagramSocket(inner.LocalEndPoint, 65_536);
    });

    [NamespaceTheory]
    [InlineData("Linux", "::", NoIPv6)]
    [InlineData("Linux", "::", "true")]
    [InlineData("Linux", "0.0.0.0", "true")]
    [InlineData("Linux", "127.0.0.1", "true")]
    [InlineData("portable", "::", NoIPv6)]
    [InlineData("portable", "::", "true")]
    [InlineData("portable", "0.0.0.0", "true")]
    [InlineData("portable", "127.0.0.1", "true")]
    [InlineData("portable", "127.0.0.1", "ip link set lo up")]
    public Task A_listener_stops_at_once(string kind, string bound, string setUp) => NetworkNamespace.RunAsync(setUp, () =>
    {
        var listener = Listen(kind, bound);

        var began = Stopwatch.GetTimestamp();
        listener.StopAsync(TimeSpan.FromSeconds(30)).Soon().GetAwaiter().GetResult();

        Assert.True(listener.Completion.IsCompletedSuccessfully);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        return Task.CompletedTask;
    });

    [NamespaceTheory]
    [InlineData("Linux", "::", NoIPv6)]
    [InlineData("portable", "::", NoIPv6)]
    [InlineData("portable", "127.0.0.1", "ip link set lo up")]
    public Task A_drain_timeout_is_kept_to_while_a_session_lives_on(string kind, string bound, string setUp) => NetworkNamespace.RunAsync(setUp, () =>
    {
        var listener = Listen(kind, bound);
        var client = new UdpackClient(Net.ClientOptions(new IPEndPoint(IPAddress.Loopback, listener.LocalEndPoint.Port)));

        // On this thread until it blocks: both sockets belong to its network.
        var session = client.ConnectAsync().AsTask().Soon().GetAwaiter().GetResult();
        listener.AcceptSessionAsync().Soon().GetAwaiter().GetResult();

        var began = Stopwatch.GetTimestamp();
        listener.StopAsync(TimeSpan.FromSeconds(1)).Soon().GetAwaiter().GetResult();

        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5));
        session.Closed.Fired().GetAwaiter().GetResult();
        Assert.Equal(GoAwayReason.Stopping, session.CloseReason!.Reason);
        client.DisposeAsync().AsTask().Soon().GetAwaiter().GetResult();
        return Task.CompletedTask;
    });

    [NamespaceTheory]
    [InlineData("portable")]
    [InlineData("Linux")]
    public Task Every_wait_ends_soon_after_it_is_asked_to(string kind) => NetworkNamespace.RunAsync("true", () =>
    {
        using IDatagramSocket socket = kind == "Linux"
            ? new LinuxDatagramSocket(new IPEndPoint(IPAddress.IPv6Any, 0), 65_536)
            : new PortableDatagramSocket(new IPEndPoint(IPAddress.IPv6Any, 0), 65_536);
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            var waiting = Task.Factory.StartNew(() => socket.Wait(-1), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            Thread.Sleep(5);
            socket.Wake();
            waiting.Soon().GetAwaiter().GetResult();
        }

        // The portable one learns by one long wait that it cannot hear itself.
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        return Task.CompletedTask;
    });

    private static UdpackListener Listen(string kind, string bound) => Net.Listen(options =>
    {
        options.LocalEndPoint = new IPEndPoint(IPAddress.Parse(bound), 0);
        options.Network = kind == "portable" ? Portable : options.Network;
    });
}
