using UDPack.Protocol.Delivery;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

/// <summary>The cases that implementations of QUIC test each other with, as far as they apply here.</summary>
public sealed class InteropTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_handshake_succeeds_though_30_per_cent_are_lost(int seed) => Connects(seed, new LinkConditions { Loss = 0.3 });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_handshake_succeeds_though_30_per_cent_are_damaged(int seed) => Connects(seed, new LinkConditions { Corrupt = 0.3 });

    [Fact]
    public void A_handshake_succeeds_over_a_round_trip_of_750_ms() => Connects(1, new LinkConditions { Delay = 375_000 });

    [Theory]
    [InlineData(CongestionAlgorithm.Bbr, 0.02)]
    [InlineData(CongestionAlgorithm.Bbr, 0.1)]
    [InlineData(CongestionAlgorithm.Cubic, 0.02)]
    [InlineData(CongestionAlgorithm.Cubic, 0.1)]
    public void A_transfer_survives_losses(CongestionAlgorithm algorithm, double loss) =>
        Transfers(new LinkConditions { Loss = loss }, algorithm);

    [Theory]
    [InlineData(CongestionAlgorithm.Bbr)]
    [InlineData(CongestionAlgorithm.Cubic)]
    public void Reordering_loses_nothing_and_is_soon_not_taken_for_loss(CongestionAlgorithm algorithm)
    {
        var (client, _) = Transfers(new LinkConditions { Delay = 20_000, Jitter = 5_000, BitsPerSecond = 50_000_000, QueueDelay = 100_000 }, algorithm);

        var figures = client.Session.Snapshot();
        Assert.InRange(figures.DatagramsLost, 0, figures.DatagramsSent / 20);
    }

    [Fact]
    public void Duplicates_change_nothing() => Transfers(new LinkConditions { Duplicate = 0.5 }, CongestionAlgorithm.Bbr);

    [Fact]
    public void A_path_that_is_dead_for_two_seconds_only_delays()
    {
        var pair = new Pair();
        var (client, server) = pair.Establish();
        var stream = Begin(client, 200);
        pair.Run(30_000);
        pair.ToServer = pair.ToServer with { Blackhole = true };
        pair.ToClient = pair.ToClient with { Blackhole = true };
        pair.Run(2 * Pair.Second);
        pair.ToServer = pair.ToServer with { Blackhole = false };
        pair.ToClient = pair.ToClient with { Blackhole = false };

        Arrives(pair, server, stream, 200);
    }

    [Fact]
    public void Keys_change_in_the_middle_of_a_transfer_in_both_directions()
    {
        var options = new SessionOptions { KeyUpdateAfter = 100, MaxUdpPayload = 1200 };
        var pair = new Pair(options: new ServerEndpointOptions { Session = options });
        var (client, server) = pair.Establish(session: options);
        var stream = Begin(client, 300);
        for (var i = 0; i < 300; i++)
        {
            server.Send(new byte[1000]);
        }

        Arrives(pair, server, stream, 300);
        pair.RunUntil(() => client.Received.Count == 300, 60 * Pair.Second);
        Assert.InRange(client.Session.Ciphers.Generation, 2u, 100u);
        Assert.InRange(server.Session.Ciphers.Generation, 2u, 100u);
    }

    [Fact]
    public void A_slow_reader_of_one_stream_stalls_only_itself()
    {
        var pair = new Pair();
        var (client, server) = pair.Establish();
        server.WhenStreamOpened = static side => side.Consumes = side.Stream.Id != 2;
        var slow = Begin(client, 2000);
        var fast = Begin(client, 2000);

        pair.RunUntil(() => server.Streams.Count == 2 && server.Streams[1].Received.Count == 2000, 60 * Pair.Second);
        Assert.InRange(server.Streams[0].Received.Count, 1, 300);
        Assert.True(slow.Stream.Sender.HasUnsent);
        pair.RunUntil(() => fast.Acknowledged == 2000, Pair.Second);
    }

    [Fact]
    public void A_slow_reader_of_the_session_stalls_no_stream()
    {
        var pair = new Pair();
        var (client, server) = pair.Establish();
        server.Consumes = false;
        var stream = Begin(client, 1);
        for (var i = 0; i < 3000; i++)
        {
            client.Send(new byte[1000]);
        }

        pair.Run(5 * Pair.Second);
        Assert.InRange(server.Received.Count, 100, 1100);
        for (var i = 0; i < 100; i++)
        {
            stream.Send(new byte[1000]);
        }

        pair.RunUntil(() => server.Streams[0].Received.Count == 101, 30 * Pair.Second);
    }

    [Fact]
    public void A_thousand_streams_pass_through_a_limit_of_a_hundred()
    {
        var pair = new Pair(options: new ServerEndpointOptions { Parameters = new TransportParameters { MaxStreams = 100 } });
        var (client, server) = pair.Establish();
        server.WhenStreamOpened = side => side.Stream.Finish();
        var opened = 0;
        while (opened < 1000)
        {
            if (client.TryOpen() is not { } stream)
            {
                Assert.InRange(client.Session.Snapshot().OpenStreams, 100, 100);
                pair.Run(50_000);
                continue;
            }

            opened++;
            stream.Send($"{opened}");
            stream.Finish();
        }

        pair.RunUntil(() => server.Streams.Count == 1000 && server.Streams.All(static s => s.End?.Cause == StreamEndCause.Completed), 60 * Pair.Second);
        Assert.Equal(Enumerable.Range(1, 1000).Select(static i => $"{i}"), server.Streams.Select(static s => s.Texts.Single()));
        Assert.Equal(1000, client.SlotsFreed);
    }

    [Fact]
    public void A_lost_openstream_holds_up_nothing_that_follows()
    {
        var pair = new Pair();
        var (client, server) = pair.Establish();
        pair.Run(Pair.Second);
        var lose = true;
        pair.Filter = (toServer, _) => !toServer || !lose;
        var stream = client.Open();
        stream.Send("lost with its openstream");
        lose = false;
        var at = pair.Now;
        stream.Send("and more");
        pair.RunUntil(() => server.Streams.Count == 1, Pair.Second);
        Assert.InRange(pair.Now - at, 10_000, 15_000);
        pair.RunUntil(() => server.Streams[0].Received.Count == 2, 5 * Pair.Second);
    }

    [Fact]
    public void The_largest_packet_passes_and_a_larger_one_is_known_before()
    {
        var pair = new Pair();
        var (client, server) = pair.Establish();
        var content = new byte[client.Session.MaxPacketBytes];
        new Random(1).NextBytes(content);
        client.Send(content);

        pair.RunUntil(() => server.Received.Count == 1, 60 * Pair.Second);
        Assert.Equal(16 << 20, content.Length);
        Assert.True(content.AsSpan().SequenceEqual(server.Received[0]));
    }

    [Fact]
    public void Beyond_the_memory_limit_data_comes_again_and_no_session_ends()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxBufferedBytes = 200_000 });
        var (one, oneServer) = pair.Establish();
        var (other, otherServer) = pair.Establish();
        oneServer.Consumes = otherServer.Consumes = false;
        for (var i = 0; i < 400; i++)
        {
            one.Send(new byte[1000]);
            other.Send(new byte[1000]);
        }

        pair.Run(5 * Pair.Second);
        Assert.True(pair.Server.Counters.Dropped(DropReason.MemoryUsedUp) > 0);

        // Whoever holds little is served all the same.
        var (third, thirdServer) = pair.Establish();
        pair.Echo(third, thirdServer);
        for (var i = 0; i < 3000 && oneServer.Received.Count + otherServer.Received.Count < 800; i++)
        {
            oneServer.ConsumeSome(10);
            otherServer.ConsumeSome(10);
            pair.Run(20_000);
        }

        Assert.Equal((400, 400), (oneServer.Received.Count, otherServer.Received.Count));
    }

    [Fact]
    public void Datagrams_grow_with_the_path_and_shrink_when_it_does_and_nothing_is_lost()
    {
        var pair = new Pair { ToServer = new LinkConditions { Mtu = 1472, BitsPerSecond = 20_000_000, QueueDelay = 100_000 } };
        var (client, server) = pair.Establish();
        var stream = Begin(client, 3000);
        pair.RunUntil(() => client.Session.Snapshot().PathMtu == 1472, 10 * Pair.Second);
        pair.ToServer = pair.ToServer with { Mtu = 1300 };

        Arrives(pair, server, stream, 3000);
        Assert.InRange(client.Session.Snapshot().PathMtu, 1200, 1300);
    }

    private static void Connects(int seed, LinkConditions conditions)
    {
        var pair = new Pair(seed) { ToServer = conditions, ToClient = conditions };
        var connecting = pair.Connect(attempts: 12);
        pair.RunUntil(() => connecting.Session is not null && pair.ServerSessions.Count > 0, 120 * Pair.Second);
        pair.Echo(connecting.Session!, pair.ServerSideOf(connecting));
    }

    private static (AppSide Client, AppSide Server) Transfers(LinkConditions conditions, CongestionAlgorithm algorithm)
    {
        var session = new SessionOptions { Congestion = algorithm };
        var pair = new Pair(options: new ServerEndpointOptions { Session = session }) { ToServer = conditions, ToClient = conditions };
        var (client, server) = pair.Establish(session: session);
        Arrives(pair, server, Begin(client, 300), 300);
        return (client, server);
    }

    private static StreamSide Begin(AppSide client, int count)
    {
        var stream = client.Open();
        for (var i = 0; i < count; i++)
        {
            stream.Send(Content(i, 1000));
        }

        return stream;
    }

    private static void Arrives(Pair pair, AppSide server, StreamSide stream, int count)
    {
        stream.Finish();
        pair.RunUntil(() => server.Streams.Count > 0 && server.Streams[0].ReadsAreCompleted, 300 * Pair.Second);
        Assert.Equal(Enumerable.Range(0, count).Select(i => Content(i, 1000)), server.Streams[0].Received);
        pair.RunUntil(() => stream.WritesAreCompleted, 60 * Pair.Second);
    }

    private static byte[] Content(int number, int size)
    {
        var content = new byte[size];
        new Random(number).NextBytes(content);
        return content;
    }
}
