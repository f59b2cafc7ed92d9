using UDPack.Protocol.Frames;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;
using Xunit.Abstractions;

namespace UDPack.Protocol.Tests.Sessions;

public sealed class ReliabilityTests(ITestOutputHelper output)
{
    private readonly Pair _pair = new(5);

    public static TheoryData<string> Links => ["lossy", "reordering", "duplicating", "corrupting", "all of it"];

    [Theory]
    [MemberData(nameof(Links))]
    public void Every_packet_arrives_once_in_order_both_ways(string link)
    {
        var (client, server) = _pair.Establish();
        _pair.ToServer = _pair.ToClient = Conditions(link);
        for (var i = 0; i < 300; i++)
        {
            client.Send($"to server {i}");
            server.Send($"to client {i}" + new string('.', 1000));
        }

        _pair.RunUntil(() => server.Received.Count == 300 && client.Received.Count == 300, 200 * Pair.Second);
        Assert.Equal(Enumerable.Range(0, 300).Select(static i => $"to server {i}"), server.Texts);
        Assert.Equal(Enumerable.Range(0, 300).Select(static i => $"to client {i}" + new string('.', 1000)), client.Texts);
        _pair.RunUntil(() => client.Acknowledged == 300 && server.Acknowledged == 300, 100 * Pair.Second);
        _pair.EndAll();
    }

    /// <summary>More gaps than a packet may have, and each is filled by what is sent again.</summary>
    [Theory]
    [InlineData(CongestionAlgorithm.Bbr)]
    [InlineData(CongestionAlgorithm.Cubic)]
    public void A_packet_of_16_MiB_of_which_every_second_of_the_first_2200_datagrams_is_lost_arrives(CongestionAlgorithm congestion)
    {
        const int length = 16 << 20;
        var options = new SessionOptions { Congestion = congestion, MaxSessionWindow = 4L * length };
        var pair = new Pair(5, new ServerEndpointOptions { Session = options }) { KeepsTrace = false };
        pair.ToServer = pair.ToClient = new LinkConditions { Delay = 50_000, BitsPerSecond = 1_000_000_000, QueueDelay = 100_000, Mtu = 1472 };
        var (client, server) = pair.Establish(session: options);

        // First the window must hold so many datagrams in a row.
        for (var warm = 0; warm < 12; warm++)
        {
            client.Send(new byte[length]);
        }

        pair.RunUntil(() => server.Received.Count == 12, 60 * Pair.Second);
        var (seen, lost) = (0, 0);
        pair.Filter = (toServer, datagram) =>
        {
            if (!toServer || datagram.Length < 1000 || seen++ >= 2200 || seen % 2 == 0)
            {
                return true;
            }

            lost++;
            return false;
        };
        var sentAt = pair.Now;
        client.Send(new byte[length]);
        pair.RunUntil(() => server.Received.Count == 13, 30 * Pair.Second);
        output.WriteLine($"{congestion}: {lost} datagrams were lost, the packet arrived after {(pair.Now - sentAt) / 1e6:0.00} s");
        Assert.Equal(1100, lost);
    }

    [Theory]
    [InlineData("lossy")]
    [InlineData("corrupting")]
    [InlineData("slow")]
    [InlineData("all of it")]
    public void A_handshake_gets_through(string link)
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var pair = new Pair(seed);
            pair.ToServer = pair.ToClient = Conditions(link);
            var connecting = pair.Connect(attempts: 10);
            pair.RunUntil(() => connecting.Session is not null && pair.ServerSessions.Count == 1, 120 * Pair.Second);
            Assert.Equal(1, pair.ValidatorCalls);
            pair.Echo(connecting.Session!, pair.ServerSessions[0]);
        }
    }

    [Fact]
    public void A_lost_reply_is_sent_again_for_the_next_shakehand()
    {
        Loses(static (toServer, n) => !toServer && n == 0);
        var connecting = _pair.Connect();
        _pair.RunUntil(() => _pair.ServerSessions.Count == 1, 2 * Pair.Second);
        Assert.Equal(2, connecting.Handshake.Attempts);
        Assert.Equal(1, _pair.ValidatorCalls);
    }

    [Fact]
    public void A_lost_confirmation_is_sent_again_on_the_probe_timeout_even_with_nothing_to_send()
    {
        Loses(static (toServer, n) => toServer && n is 1 or 2);
        var connecting = _pair.Connect();
        _pair.RunUntil(() => _pair.ServerSessions.Count == 1, 2 * Pair.Second);
        Assert.Equal(1, connecting.Handshake.Attempts);
        var confirmations = _pair.Trace.Count(static d => d.ToServer && Forger.Header(d.Content).Opcode == Opcode.Handshake);
        Assert.InRange(confirmations, 2, 3);
        _pair.Run(5 * Pair.Second);
        Assert.Equal(confirmations, _pair.Trace.Count(static d => d.ToServer && Forger.Header(d.Content).Opcode == Opcode.Handshake));
    }

    [Fact]
    public void Data_behind_a_lost_confirmation_makes_the_server_READY()
    {
        Loses(static (toServer, n) => toServer && n == 1);
        var connecting = _pair.Connect();
        _pair.RunUntil(() => connecting.Session is not null, Pair.Second);
        connecting.Session!.Send("early");
        _pair.RunUntil(() => _pair.ServerSessions.Count == 1, 12_000);
        Assert.Equal(["early"], _pair.ServerSessions[0].Texts);
    }

    [Fact]
    public void A_lost_first_packet_arrives_after_a_probe()
    {
        var (client, server) = _pair.Establish();
        _pair.Run(Pair.Second);
        Loses(static (toServer, n) => toServer && n == 0);
        client.Send("first");
        _pair.RunUntil(() => server.Received.Count == 1, Pair.Second);
        Assert.True(client.Session.Snapshot().DatagramsSent > 0);
    }

    [Fact]
    public void Every_second_packet_is_acknowledged_at_once_and_a_lone_one_within_25_ms()
    {
        var (client, server) = _pair.Establish();
        _pair.Run(Pair.Second);
        var before = _pair.Trace.Count;
        client.Send("one");
        var sentAt = _pair.Now;
        _pair.Run(Pair.Second);
        var ack = _pair.Trace.Skip(before).First(static d => !d.ToServer);
        Assert.InRange(ack.At - sentAt, 35_000, 36_100);

        before = _pair.Trace.Count;
        sentAt = _pair.Now;
        client.Send(new byte[1100]);
        client.Send(new byte[1100]);
        _pair.Run(Pair.Second);
        Assert.Equal(sentAt + 10_000, _pair.Trace.Skip(before).First(static d => !d.ToServer).At);
        Assert.Equal(3, server.Received.Count);
    }

    [Fact]
    public void Round_trips_are_measured()
    {
        _pair.ToServer = _pair.ToClient = new LinkConditions { Delay = 40_000 };
        var (client, server) = _pair.Establish();
        for (var i = 0; i < 20; i++)
        {
            _pair.Echo(client, server);
        }

        Assert.InRange(client.Session.Snapshot().SmoothedRttMicros, 79_000, 90_000);
        Assert.InRange(server.Session.Snapshot().SmoothedRttMicros, 79_000, 90_000);
    }

    private static LinkConditions Conditions(string link) => link switch
    {
        "lossy" => new LinkConditions { Loss = 0.3 },
        "reordering" => new LinkConditions { Jitter = 50_000 },
        "duplicating" => new LinkConditions { Duplicate = 0.5 },
        "corrupting" => new LinkConditions { Corrupt = 0.3 },
        "slow" => new LinkConditions { Delay = 375_000 },
        _ => new LinkConditions { Loss = 0.15, Jitter = 30_000, Duplicate = 0.2, Corrupt = 0.15 },
    };

    /// <summary>Takes away datagrams by direction and their number in it from now on.</summary>
    private void Loses(Func<bool, int, bool> isLost)
    {
        int[] count = [0, 0];
        _pair.Filter = (toServer, _) => !isLost(toServer, count[toServer ? 1 : 0]++);
    }
}
