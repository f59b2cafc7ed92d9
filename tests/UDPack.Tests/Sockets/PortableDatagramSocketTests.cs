using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using UDPack.Measuring;
using UDPack.Protocol;
using UDPack.Sockets;
using UDPack.Tests.Network;

namespace UDPack.Tests.Sockets;

public class PortableDatagramSocketTests
{
    private const int BufferBytes = 256 * 1024;

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1", "::1")]
    [InlineData("::", "::1", "::1")]
    [InlineData("::", "127.0.0.1", "127.0.0.1")]
    public async Task Datagrams_go_to_and_fro_and_carry_their_sender(string bound, string peer, string seen)
    {
        using var server = Bound(bound);
        using var client = Bound(peer);
        var toServer = SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Parse(peer), server.LocalEndPoint.Port));

        Assert.True(client.Send("hello"u8, 5, toServer));
        var (text, from) = await ReceiveAsync(server);
        Assert.Equal("hello", text);
        Assert.Equal(SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Parse(seen), client.LocalEndPoint.Port)), from);

        Assert.True(server.Send("world"u8, 5, from));
        (text, from) = await ReceiveAsync(client);
        Assert.Equal("world", text);
        Assert.Equal(toServer, from);
    }

    [Fact]
    public async Task A_batch_is_cut_into_datagrams_and_the_last_may_be_shorter()
    {
        using var server = Bound("127.0.0.1");
        using var client = Bound("127.0.0.1");

        client.Send("aaabbbc"u8, 3, SocketAddresses.FromEndPoint(server.LocalEndPoint));

        Assert.Equal("aaa", (await ReceiveAsync(server)).Text);
        Assert.Equal("bbb", (await ReceiveAsync(server)).Text);
        Assert.Equal("c", (await ReceiveAsync(server)).Text);
    }

    [Fact]
    public async Task Empty_datagrams_are_received_as_nothing()
    {
        using var server = Bound("127.0.0.1");
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        other.SendTo([], server.LocalEndPoint);

        Assert.Equal("", (await ReceiveAsync(server)).Text);
        Assert.False(server.TryReceive(new byte[10], out _, out _));
    }

    [Fact]
    public async Task A_datagram_larger_than_the_buffer_does_not_throw()
    {
        using var server = Bound("127.0.0.1");
        using var client = Bound("127.0.0.1");
        client.Send(new byte[5000], 5000, SocketAddresses.FromEndPoint(server.LocalEndPoint));
        client.Send("next"u8, 4, SocketAddresses.FromEndPoint(server.LocalEndPoint));
        await Task.Run(() => server.Wait(-1)).Soon();

        Assert.True(server.TryReceive(new byte[100], out var length, out _));
        Assert.InRange(length, 0, 100);
        Assert.Equal("next", (await ReceiveAsync(server)).Text);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", 1)]
    [InlineData("127.0.0.1", "255.255.255.255", 9)]
    [InlineData("127.0.0.1", "8.8.8.8", 53)]
    [InlineData("127.0.0.1", "127.0.0.1", 0)]
    [InlineData("::1", "2001:db8::1", 9)]
    public void What_cannot_be_reached_does_not_throw(string bound, string to, int port)
    {
        using var socket = Bound(bound);

        for (var i = 0; i < 3; i++)
        {
            socket.Send(new byte[100], 100, SocketAddresses.FromEndPoint(new IPEndPoint(IPAddress.Parse(to), port)));
            socket.TryReceive(new byte[100], out _, out _);
        }
    }

    [Fact]
    public void A_datagram_too_large_to_send_is_reported_as_not_taken()
    {
        using var server = Bound("127.0.0.1");
        using var socket = Bound("127.0.0.1");

        Assert.False(socket.Send(new byte[65_535], 65_535, SocketAddresses.FromEndPoint(server.LocalEndPoint)));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("::")]
    public async Task Waking_ends_the_current_wait_and_the_next(string bound)
    {
        using var socket = Bound(bound);

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

    [Fact]
    public void A_wait_is_never_shorter_than_asked_and_never_spins()
    {
        using var socket = Bound("127.0.0.1");
        foreach (var micros in (long[])[1, 999, 1_000, 1_001, 2_500])
        {
            var began = Stopwatch.GetTimestamp();
            socket.Wait(micros);
            Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromMicroseconds(Math.Max(micros, 900)), $"{micros} µs");
        }
    }

    [Fact]
    public void A_disposed_socket_can_still_be_woken()
    {
        var socket = Bound("127.0.0.1");
        socket.Dispose();

        socket.Wake();
        socket.Dispose();
    }

    [Fact]
    public void Receiving_sending_and_waiting_allocate_nothing()
    {
        using var server = Bound("127.0.0.1");
        using var client = Bound("127.0.0.1");
        var to = SocketAddresses.FromEndPoint(server.LocalEndPoint);
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

    private static PortableDatagramSocket Bound(string address) => new(new IPEndPoint(IPAddress.Parse(address), 0), BufferBytes);

    private static async Task<(string Text, PeerAddress From)> ReceiveAsync(PortableDatagramSocket socket)
    {
        await Task.Run(() => socket.Wait(-1)).Soon();
        var buffer = new byte[100];
        Assert.True(socket.TryReceive(buffer, out var length, out var from));
        return (System.Text.Encoding.UTF8.GetString(buffer, 0, length), from);
    }
}
