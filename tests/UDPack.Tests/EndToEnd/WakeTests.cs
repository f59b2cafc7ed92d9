using System.Diagnostics;
using System.Net;
using UDPack.Tests.Network;
using UDPack.Tests.Sockets;

namespace UDPack.Tests.EndToEnd;

/// <summary>Loops are woken where nothing they send to themselves arrives: as in containers without IPv6, or with loopback down.</summary>
public class WakeTests
{
    private const string NoIPv6 = "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6; ip link set lo up";

    [NamespaceTheory]
    [InlineData("::", NoIPv6)]
    [InlineData("::", "true")]
    [InlineData("0.0.0.0", "true")]
    [InlineData("127.0.0.1", "true")]
    public Task A_listener_stops_at_once(string bound, string setUp) => NetworkNamespace.RunAsync(setUp, () =>
    {
        var listener = Net.Listen(options => options.LocalEndPoint = new IPEndPoint(IPAddress.Parse(bound), 0));

        var began = Stopwatch.GetTimestamp();
        listener.StopAsync(TimeSpan.FromSeconds(30)).Soon().GetAwaiter().GetResult();

        Assert.True(listener.Completion.IsCompletedSuccessfully);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        return Task.CompletedTask;
    });

    [NamespaceTheory]
    [InlineData("portable")]
    [InlineData("Linux")]
    public Task Every_wait_ends_soon_after_it_is_asked_to(string kind) => NetworkNamespace.RunAsync("true", () =>
    {
        using UDPack.Sockets.IDatagramSocket socket = kind == "Linux"
            ? new UDPack.Sockets.Linux.LinuxDatagramSocket(new IPEndPoint(IPAddress.IPv6Any, 0), 65_536)
            : new UDPack.Sockets.PortableDatagramSocket(new IPEndPoint(IPAddress.IPv6Any, 0), 65_536);
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
}
