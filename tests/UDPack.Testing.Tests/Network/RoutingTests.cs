using System.Net;
using System.Net.Sockets;
using System.Text;
using UDPack.Protocol;
using UDPack.Sockets;

namespace UDPack.Testing.Tests.Network;

/// <summary>Who receives what, between bare sockets.</summary>
public sealed class RoutingTests : IAsyncDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SimulatedNetwork _network = new(1);
    private readonly List<ObservedDatagram> _observed = [];

    public RoutingTests() => _network.DatagramObserved = _observed.Add;

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public async Task A_datagram_reaches_the_address_it_was_sent_to_and_says_where_it_came_from()
    {
        using var a = Bind("10.0.0.1:1000");
        using var b = Bind("10.0.0.2:2000");
        using var other = Bind("10.0.0.2:2001");

        Send(a, "10.0.0.2:2000", "hello");
        await _network.AdvanceAsync(Second);

        Assert.Equal(("hello", "10.0.0.1:1000"), Receive(b));
        Assert.Null(Receive(b));
        Assert.Null(Receive(other));
    }

    [Fact]
    public async Task It_arrives_exactly_after_the_delay()
    {
        using var a = Bind("10.0.0.1:1000");
        using var b = Bind("10.0.0.2:2000");

        Send(a, "10.0.0.2:2000", "hello");
        await _network.AdvanceAsync(TimeSpan.FromMicroseconds(9_999));
        Assert.Null(Receive(b));
        await _network.AdvanceAsync(TimeSpan.FromMicroseconds(1));
        Assert.NotNull(Receive(b));
    }

    [Fact]
    public async Task Many_segments_are_many_datagrams_and_share_the_bottleneck()
    {
        _network.Conditions = new LinkConditions { Delay = TimeSpan.Zero, BitsPerSecond = 8_000_000 };
        using var a = Bind("10.0.0.1:1000");
        using var b = Bind("10.0.0.2:2000");

        a.Send(new byte[2500], 1000, To("10.0.0.2:2000"));
        await _network.AdvanceAsync(Second);

        Assert.Equal([1000, 2000, 2500], _observed.Select(d => (int)d.Arrivals[0].TotalMicroseconds));
        Assert.Equal([1000, 1000, 500], _observed.Select(d => d.Content.Length));
        Assert.Equal(3, _network.GetStatistics().Delivered);
    }

    [Fact]
    public async Task Each_direction_has_its_own_conditions_and_counters()
    {
        using var a = Bind("10.0.0.1:1000");
        using var b = Bind("10.0.0.2:2000");
        var (hostA, hostB) = (IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"));
        _network.SetLink(hostA, hostB, new LinkConditions { Loss = 1 });

        Send(a, "10.0.0.2:2000", "there");
        Send(b, "10.0.0.1:1000", "back");
        await _network.AdvanceAsync(Second);
        Assert.Null(Receive(b));
        Assert.NotNull(Receive(a));
        Assert.Equal((1, 0), (_network.GetStatistics(hostA, hostB).Lost, _network.GetStatistics(hostB, hostA).Lost));

        _network.SetLink(hostA, hostB, null);
        Send(a, "10.0.0.2:2000", "there");
        await _network.AdvanceAsync(Second);
        Assert.NotNull(Receive(b));
        Assert.Equal(2, _network.GetStatistics(hostA, hostB).Sent);
    }

    [Fact]
    public async Task The_common_conditions_change_at_once_for_links_without_their_own()
    {
        using var a = Bind("10.0.0.1:1000");
        using var b = Bind("10.0.0.2:2000");
        using var c = Bind("10.0.0.3:3000");
        _network.SetLink(IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.3"), LinkConditions.Lossless);
        Send(a, "10.0.0.2:2000", "before");
        _network.Conditions = new LinkConditions { Loss = 1 };
        Send(a, "10.0.0.2:2000", "after");
        Send(a, "10.0.0.3:3000", "own");
        await _network.AdvanceAsync(Second);

        Assert.Equal("before", Receive(b)?.Text);
        Assert.Null(Receive(b));
        Assert.Equal("own", Receive(c)?.Text);
    }

    [Fact]
    public async Task What_comes_where_nobody_is_bound_is_counted_and_observed()
    {
        using var a = Bind("10.0.0.1:1000");
        Send(a, "10.0.0.9:9", "anyone?");
        await _network.AdvanceAsync(Second);

        Assert.Equal((1, 0, 1), (_network.GetStatistics().Sent, _network.GetStatistics().Delivered, _network.GetStatistics().Unreachable));
        Assert.Equal([DatagramFate.Delivered, DatagramFate.Unreachable], _observed.Select(d => d.Fate));
        Assert.Equal(TimeSpan.FromMilliseconds(10), _observed[1].Time);
        Assert.Equal([0, 1], _observed.Select(d => d.Number));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.9.8.7")]
    [InlineData("0.0.0.0")]
    public async Task A_socket_bound_to_any_address_is_reached_at_all_and_answers_from_there_if_told_to(string address)
    {
        using var server = Bind("0.0.0.0:9000");
        using var client = Bind("0.0.0.0:0");
        Assert.NotEqual(IPAddress.Any, client.LocalEndPoint.Address);
        Send(client, $"{address}:9000", "ask");
        await _network.AdvanceAsync(Second);
        var buffer = new byte[10];
        Assert.True(server.TryReceive(buffer, out var length, out var path));
        Assert.Equal("ask", Encoding.Latin1.GetString(buffer.AsSpan(0, length)));
        Assert.Equal(client.LocalEndPoint, SocketAddresses.ToEndPoint(path.Remote));
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), 0), SocketAddresses.ToEndPoint(path.Local));

        Assert.True(server.Send("answer"u8, 6, path));
        await _network.AdvanceAsync(Second);
        Assert.Equal(("answer", $"{address}:9000"), Receive(client));

        // Left to itself the system takes the host's first address.
        Send(server, client.LocalEndPoint.ToString(), "answer");
        await _network.AdvanceAsync(Second);
        Assert.Equal(("answer", server.LocalEndPoint.ToString()), Receive(client));
    }

    [Fact]
    public async Task A_socket_for_both_families_speaks_both()
    {
        using var server = Bind("[::]:9000");
        using var four = Bind("0.0.0.0:0");
        using var six = Bind("[2001:db8::1]:0");
        Send(four, "10.0.0.1:9000", "four");
        Send(six, "[2001:db8::2]:9000", "six");
        await _network.AdvanceAsync(Second);
        Assert.Equal("four", Receive(server)?.Text);
        Assert.Equal("six", Receive(server)?.Text);
        Assert.False(four.Send("x"u8, 1, To("[2001:db8::2]:9000")));
    }

    [Fact]
    public void A_taken_address_cannot_be_bound_until_it_is_free_again()
    {
        using (Bind("10.0.0.1:1000"))
        using (Bind("0.0.0.0:9000"))
        {
            Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(() => Bind("10.0.0.1:1000")).SocketErrorCode);
            Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(() => Bind("0.0.0.0:9000")).SocketErrorCode);
            using var otherHost = Bind("10.0.0.2:1000");
        }

        using var again = Bind("10.0.0.1:1000");
        using var anyAgain = Bind("0.0.0.0:9000");
    }

    [Fact]
    public async Task A_rebound_socket_sends_from_a_new_port_and_is_not_reached_at_the_old_one()
    {
        using var server = Bind("10.0.0.1:9000");
        using var client = Bind("0.0.0.0:0");
        var local = client.LocalEndPoint;
        Send(server, local.ToString(), "on its way");
        var renewed = _network.Rebind(local);
        Assert.Equal(local.Address, renewed.Address);
        Assert.NotEqual(local.Port, renewed.Port);

        Send(server, local.ToString(), "too late");
        Send(client, "10.0.0.1:9000", "new");
        await _network.AdvanceAsync(Second);
        Assert.Equal(("new", renewed.ToString()), Receive(server));
        Assert.Null(Receive(client));
        Assert.Equal(2, _network.GetStatistics().Unreachable);

        Send(server, renewed.ToString(), "found");
        await _network.AdvanceAsync(Second);
        Assert.Equal("found", Receive(client)?.Text);
        Assert.Equal(local, client.LocalEndPoint);
    }

    [Fact]
    public async Task A_socket_can_move_to_another_address_and_that_path_has_its_own_conditions()
    {
        using var server = Bind("10.0.0.1:9000");
        using var client = Bind("10.0.0.2:5000");
        var mobile = IPAddress.Parse("10.0.0.3");
        _network.SetLink(mobile, IPAddress.Parse("10.0.0.1"), new LinkConditions { Delay = TimeSpan.FromMilliseconds(70) });

        var renewed = _network.Rebind(client.LocalEndPoint, mobile);
        Assert.Equal(mobile, renewed.Address);
        Send(client, "10.0.0.1:9000", "moved");
        await _network.AdvanceAsync(TimeSpan.FromMicroseconds(69_999));
        Assert.Null(Receive(server));
        await _network.AdvanceAsync(TimeSpan.FromMicroseconds(1));
        Assert.Equal(("moved", renewed.ToString()), Receive(server));

        // By its public address it can be named, too.
        Assert.NotEqual(renewed, _network.Rebind(renewed));
    }

    [Fact]
    public void Only_a_bound_socket_can_be_rebound() =>
        Assert.Throws<ArgumentException>(() => _network.Rebind(IPEndPoint.Parse("10.0.0.1:1")));

    [Fact]
    public async Task A_blackhole_takes_what_is_sent_during_its_time_and_nothing_else()
    {
        using var a = Bind("10.0.0.1:1000");
        using var b = Bind("10.0.0.2:2000");
        Send(a, "10.0.0.2:2000", "on its way");
        _network.Blackhole(TimeSpan.FromSeconds(5));
        Send(a, "10.0.0.2:2000", "gone");
        await _network.AdvanceAsync(TimeSpan.FromMicroseconds(4_999_999));
        Send(a, "10.0.0.2:2000", "gone, too");
        await _network.AdvanceAsync(TimeSpan.FromMicroseconds(1));
        Send(a, "10.0.0.2:2000", "through");
        _network.Blackhole(IPAddress.Parse("10.0.0.2"), IPAddress.Parse("10.0.0.1"), Second);
        Send(b, "10.0.0.1:1000", "other way");
        await _network.AdvanceAsync(Second);

        Assert.Equal(("on its way", "through"), (Receive(b)?.Text, Receive(b)?.Text));
        Assert.Null(Receive(b));
        Assert.Null(Receive(a));
        Assert.Equal(3, _network.GetStatistics().Blackholed);
    }

    [Fact]
    public async Task Damage_shows_in_what_arrives_and_not_in_what_is_observed()
    {
        _network.Conditions = new LinkConditions { Corrupt = 1 };
        using var a = Bind("10.0.0.1:1000");
        using var b = Bind("10.0.0.2:2000");
        Send(a, "10.0.0.2:2000", "\0\0\0\0");
        await _network.AdvanceAsync(Second);

        Assert.Equal(1, Receive(b)!.Value.Text.Sum(c => int.PopCount(c)));
        Assert.Equal(new byte[4], _observed.Single().Content.ToArray());
    }

    [Fact]
    public async Task Names_resolve_to_what_was_added()
    {
        _network.AddHost("server.example", IPAddress.Parse("10.0.0.1"), IPAddress.Parse("2001:db8::1"));

        Assert.Equal(2, (await ResolveAsync("SERVER.example", AddressFamily.Unspecified)).Length);
        Assert.Equal([IPAddress.Parse("2001:db8::1")], await ResolveAsync("server.example", AddressFamily.InterNetworkV6));
        Assert.Equal([IPAddress.Loopback], await ResolveAsync("localhost", AddressFamily.InterNetwork));
        Assert.Equal([IPAddress.Parse("10.1.2.3")], await ResolveAsync("10.1.2.3", AddressFamily.Unspecified));
        await Assert.ThrowsAsync<SocketException>(() => ResolveAsync("other.example", AddressFamily.Unspecified));
    }

    private Task<IPAddress[]> ResolveAsync(string host, AddressFamily family) => _network.ResolveAsync(host, family, CancellationToken.None);

    private IDatagramSocket Bind(string local) => _network.Bind(IPEndPoint.Parse(local), 0);

    private static NetworkPath To(string endPoint) => new(default, SocketAddresses.FromEndPoint(IPEndPoint.Parse(endPoint)));

    private static void Send(IDatagramSocket socket, string to, string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        Assert.True(socket.Send(bytes, bytes.Length, To(to)));
    }

    private static (string Text, string From)? Receive(IDatagramSocket socket)
    {
        var buffer = new byte[2000];
        return socket.TryReceive(buffer, out var length, out var path)
            ? (Encoding.Latin1.GetString(buffer.AsSpan(0, length)), SocketAddresses.ToEndPoint(path.Remote).ToString())
            : null;
    }
}
