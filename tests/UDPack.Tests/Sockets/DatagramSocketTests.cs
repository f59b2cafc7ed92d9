using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using UDPack.Measuring;
using UDPack.Protocol;
using UDPack.Sockets;
using UDPack.Sockets.Linux;
using UDPack.Tests.Network;

namespace UDPack.Tests.Sockets;

/// <summary>What every socket of the system does, whichever calls it uses.</summary>
public class DatagramSocketTests
{
    private const int BufferBytes = 256 * 1024;
    private const string Portable = "portable";
    private const string Linux = "Linux";

    private static readonly string[] KindsHere = LinuxDatagramSocket.IsSupported ? [Portable, Linux] : [Portable];

    public static TheoryData<string> Kinds => [.. KindsHere];

    public static TheoryData<string, string, string, string> Conversations => Combine(
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.2", "127.0.0.1"),
        ("::1", "::1", "::1"),
        ("::", "::1", "::1"),
        ("::", "127.0.0.1", "127.0.0.1"),
        ("::", "127.0.0.2", "127.0.0.1"));

    public static TheoryData<string, string, string, int> Unreachable => Combine(
        ("127.0.0.1", "127.0.0.1", 1),
        ("127.0.0.1", "255.255.255.255", 9),
        ("127.0.0.1", "8.8.8.8", 53),
        ("127.0.0.1", "127.0.0.1", 0),
        ("::1", "2001:db8::1", 9));

    public static TheoryData<string, string> Bindings => Combine("127.0.0.1", "0.0.0.0", "::1", "::");

    [Theory]
    [MemberData(nameof(Conversations))]
    public async Task Datagrams_go_to_and_fro_and_carry_their_sender(string kind, string bound, string reached, string peer)
    {
        using var server = Bound(kind, bound);
        using var client = Bound(kind, peer);
        var toServer = To(reached, server.LocalEndPoint.Port);

        Assert.True(client.Send("hello"u8, 5, toServer));
        var (text, path) = await ReceiveAsync(server);
        Assert.Equal("hello", text);
        Assert.Equal(To(peer, client.LocalEndPoint.Port).Remote, path.Remote);

        Assert.True(server.Send("world"u8, 5, path));
        (text, path) = await ReceiveAsync(client);
        Assert.Equal("world", text);
        if (kind == Linux || reached != "127.0.0.2")
        {
            Assert.Equal(toServer.Remote, path.Remote);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_batch_is_cut_into_datagrams_and_the_last_may_be_shorter(string kind)
    {
        using var server = Bound(kind, "127.0.0.1");
        using var client = Bound(kind, "127.0.0.1");

        client.Send("aaabbbc"u8, 3, To(server.LocalEndPoint));

        Assert.Equal("aaa", (await ReceiveAsync(server)).Text);
        Assert.Equal("bbb", (await ReceiveAsync(server)).Text);
        Assert.Equal("c", (await ReceiveAsync(server)).Text);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Empty_datagrams_are_received_as_nothing(string kind)
    {
        using var server = Bound(kind, "127.0.0.1");
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        other.SendTo([], server.LocalEndPoint);

        Assert.Equal("", (await ReceiveAsync(server)).Text);
        Assert.False(server.TryReceive(new byte[10], out _, out _));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_datagram_larger_than_the_buffer_does_not_throw(string kind)
    {
        using var server = Bound(kind, "127.0.0.1");
        using var client = Bound(kind, "127.0.0.1");
        client.Send(new byte[5000], 5000, To(server.LocalEndPoint));
        client.Send("next"u8, 4, To(server.LocalEndPoint));
        await Task.Run(() => server.Wait(-1)).Soon();

        Assert.True(server.TryReceive(new byte[100], out var length, out _));
        Assert.InRange(length, 0, 100);
        Assert.Equal("next", (await ReceiveAsync(server)).Text);
    }

    [Theory]
    [MemberData(nameof(Unreachable))]
    public void What_cannot_be_reached_does_not_throw(string kind, string bound, string to, int port)
    {
        using var socket = Bound(kind, bound);

        for (var i = 0; i < 3; i++)
        {
            socket.Send(new byte[100], 100, To(to, port));
            socket.TryReceive(new byte[100], out _, out _);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_datagram_too_large_to_send_is_reported_as_not_taken(string kind)
    {
        using var server = Bound(kind, "127.0.0.1");
        using var socket = Bound(kind, "127.0.0.1");

        Assert.False(socket.Send(new byte[65_535], 65_535, To(server.LocalEndPoint)));
    }

    [Theory]
    [MemberData(nameof(Bindings))]
    public async Task Waking_ends_the_current_wait_and_the_next(string kind, string bound)
    {
        using var socket = Bound(kind, bound);

        socket.Wake();
        await Task.Run(() => socket.Wait(-1)).Soon();
        while (socket.TryReceive(new byte[10], out var length, out _))
        {
            Assert.Equal(-1, length);
        }

        var waiting = Task.Factory.StartNew(() => socket.Wait(-1), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        socket.Wake();
        await waiting.Soon();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_wait_is_never_shorter_than_asked_and_never_spins(string kind)
    {
        using var socket = Bound(kind, "127.0.0.1");
        foreach (var micros in (long[])[1, 999, 1_000, 1_001, 2_500])
        {
            var began = Stopwatch.GetTimestamp();
            socket.Wait(micros);
            Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromMicroseconds(kind == Portable ? Math.Max(micros, 900) : micros), $"{micros} µs");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_disposed_socket_can_still_be_woken(string kind)
    {
        var socket = Bound(kind, "127.0.0.1");
        socket.Dispose();

        socket.Wake();
        socket.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Receiving_sending_and_waiting_allocate_nothing(string kind)
    {
        using var server = Bound(kind, "127.0.0.1");
        using var client = Bound(kind, "127.0.0.1");
        var to = To(server.LocalEndPoint);
        var buffer = new byte[2048];
        Exchange(100);

        Assert.Equal(0, Allocated.By(() => Exchange(1_000)));

        void Exchange(int count)
        {
            for (var i = 0; i < count; i++)
            {
                client.Send(buffer.AsSpan(0, 1200), 1200, to);
                server.Wait(-1);
                if (!server.TryReceive(buffer, out var length, out _) || length != 1200)
                {
                    throw new InvalidOperationException("not received");
                }

                server.Wake();
                server.Wait(-1);
                server.TryReceive(buffer, out _, out _);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nothing_is_cut_into_fragments(string kind)
    {
        using var four = Bound(kind, "127.0.0.1");
        using var six = Bound(kind, "::1");
        using var both = Bound(kind, "::");

        Assert.False(four.MayFragment || six.MayFragment || both.MayFragment);
    }

    private static IDatagramSocket Bound(string kind, string address)
    {
        var local = new IPEndPoint(IPAddress.Parse(address), 0);
        return kind == Linux ? new LinuxDatagramSocket(local, BufferBytes) : new PortableDatagramSocket(local, BufferBytes);
    }

    private static NetworkPath To(IPEndPoint endPoint) => new(default, SocketAddresses.FromEndPoint(endPoint));

    private static NetworkPath To(string address, int port) => To(new IPEndPoint(IPAddress.Parse(address), port));

    private static async Task<(string Text, NetworkPath Path)> ReceiveAsync(IDatagramSocket socket)
    {
        await Task.Run(() => socket.Wait(-1)).Soon();
        var buffer = new byte[100];
        Assert.True(socket.TryReceive(buffer, out var length, out var path));
        return (System.Text.Encoding.UTF8.GetString(buffer, 0, length), path);
    }

    private static TheoryData<string, string> Combine(params string[] cases)
    {
        var data = new TheoryData<string, string>();
        foreach (var kind in KindsHere)
        {
            Array.ForEach(cases, text => data.Add(kind, text));
        }

        return data;
    }

    private static TheoryData<string, string, string, T> Combine<T>(params (string First, string Second, T Third)[] cases)
    {
        var data = new TheoryData<string, string, string, T>();
        foreach (var kind in KindsHere)
        {
            Array.ForEach(cases, item => data.Add(kind, item.First, item.Second, item.Third));
        }

        return data;
    }
}
