using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

/// <summary>The path carries larger or smaller datagrams than before, while datagrams of all sizes are on their way.</summary>
public sealed class ChangingPathTests
{
    private const int RoundTrip = 40_000;
    private const int Ethernet = 1472;

    [Theory]
    [InlineData(1162, 1400)]
    [InlineData(1162, 20_000)]
    [InlineData(1240, 1400)]
    [InlineData(100, 1400)]
    [InlineData(0, 1400)]
    [InlineData(0, 20_000)]
    public void A_path_that_carries_less_holds_up_no_packet_for_3_s_whatever_else_is_sent(int messageBytes, int packetBytes)
    {
        var (pair, client, server) = Connected(Ethernet);
        pair.ToServer = pair.ToServer with { Mtu = 1300 };
        var first = server.Received.Count;
        for (var i = 1; i <= 4; i++)
        {
            client.Send(new byte[packetBytes]);
            RunWithMessages(pair, client, messageBytes, 3 * Pair.Second);
            Assert.Equal(first + i, server.Received.Count);
        }

        Assert.InRange(client.Session.Snapshot().PathMtu, 1284, 1300);
    }

    [Theory]
    [InlineData(0.05, false)]
    [InlineData(0.1, false)]
    [InlineData(0.05, true)]
    [InlineData(0.1, true)]
    public void Random_losses_on_a_path_that_does_not_change_never_make_datagrams_smaller(double loss, bool between)
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            var (pair, client, server) = Connected(Ethernet, seed);
            pair.ToServer = pair.ToClient = pair.ToServer with { Loss = loss };
            var most = client.Session.MaxDatagramBytes;
            for (var now = 0L; now < 600 * Pair.Second; now += 50_000)
            {
                client.SendMessage(new byte[most]);
                if (between)
                {
                    client.Send(new byte[10]);
                    server.SendMessage(new byte[900]);
                }

                pair.Run(25_000);
                if (between)
                {
                    client.SendMessage(new byte[100]);
                }

                pair.Run(25_000);
                Assert.True(client.Session.MaxDatagramBytes == most, $"After {now / 1e6:0.0} s of {loss:P0}, seed {seed}: {client.Session.MaxDatagramBytes}.");
            }
        }
    }

    [Theory]
    [InlineData(CongestionAlgorithm.Cubic)]
    [InlineData(CongestionAlgorithm.Bbr)]
    public void After_a_black_hole_the_search_finds_what_the_path_carries_within_a_few_round_trips(CongestionAlgorithm algorithm)
    {
        var (pair, client, server) = Connected(8972, algorithm: algorithm);
        for (var i = 0; i < 5000; i++)
        {
            client.Send(new byte[3000]);
        }

        pair.Run(Pair.Second);
        pair.ToServer = pair.ToServer with { Mtu = Ethernet };
        var since = pair.Now;
        pair.RunUntil(() => client.Session.Snapshot().PathMtu < 8972, 2 * Pair.Second);
        var found = pair.Now;
        pair.RunUntil(() => client.Session.Snapshot().PathMtu == Ethernet, 8 * RoundTrip);
        Assert.InRange(pair.Now - since, 0, 2 * Pair.Second);
        Assert.InRange(pair.Now - found, 0, 8 * RoundTrip);
        pair.RunUntil(() => server.Received.Count >= 5000, 120 * Pair.Second);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_sender_of_large_unreliable_messages_alone_learns_soon_what_the_path_carries(bool fromClient)
    {
        var pair = new Pair { ToServer = new LinkConditions { Delay = RoundTrip / 2, Mtu = Ethernet }, ToClient = new LinkConditions { Delay = RoundTrip / 2, Mtu = Ethernet } };
        var (client, server) = pair.Establish();
        var sender = fromClient ? client : server;
        var most = sender.Session.MaxDatagramBytes;
        sender.SendMessage(new byte[most]);
        pair.Run(Pair.Second);
        Assert.Equal(Ethernet - 1200 + most, sender.Session.MaxDatagramBytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Whatever_the_path_carries_now_every_packet_arrives_within_3_s(int seed)
    {
        int[] carried = [1200, 1232, 1300, 1400, 1452, Ethernet, 4000, 8972];
        var random = new Random(seed);
        var (pair, client, server) = Connected(Ethernet, seed, random.Next(2) == 0 ? CongestionAlgorithm.Cubic : CongestionAlgorithm.Bbr);
        var sent = new Queue<long>();
        var arrived = server.Received.Count;
        var (changesAt, end) = (pair.Now, pair.Now + (300 * Pair.Second));
        while (pair.Now < end)
        {
            if (pair.Now >= changesAt)
            {
                pair.ToServer = pair.ToServer with { Mtu = carried[random.Next(carried.Length)] };
                changesAt = pair.Now + random.NextInt64(100_000, 15 * Pair.Second);
            }

            if (random.Next(4) == 0)
            {
                client.Send(new byte[random.Next(1, random.Next(2) == 0 ? 1500 : 20_000)]);
                sent.Enqueue(pair.Now);
            }

            client.SendMessage(new byte[random.Next(1, client.Session.MaxDatagramBytes + 1)]);
            pair.Run(random.NextInt64(1, 60_000));
            for (; arrived < server.Received.Count; arrived++)
            {
                sent.Dequeue();
            }

            var waits = sent.TryPeek(out var since) ? pair.Now - since : 0;
            Assert.True(waits < 3 * Pair.Second, $"A packet waits since {waits / 1e6:0.0} s; {pair.ToServer.Mtu} pass, {client.Session.Snapshot().PathMtu} are sent.");
        }
    }

    /// <summary>A session that has found what the path to the server carries, and has nothing in flight.</summary>
    private static (Pair Pair, AppSide Client, AppSide Server) Connected(int carries, int seed = 1, CongestionAlgorithm algorithm = CongestionAlgorithm.Cubic)
    {
        var session = new SessionOptions { Congestion = algorithm };
        var conditions = new LinkConditions { Delay = RoundTrip / 2, Mtu = carries, BitsPerSecond = 50_000_000, QueueDelay = 100_000 };
        var pair = new Pair(seed, new ServerEndpointOptions { Session = session }) { ToServer = conditions, ToClient = conditions, KeepsTrace = false };
        var (client, server) = pair.Establish(session: session);
        for (var i = 0; i < 100; i++)
        {
            client.Send(new byte[1000]);
        }

        pair.RunUntil(() => server.Received.Count == 100 && client.Session.Snapshot().PathMtu == carries, 30 * Pair.Second);
        pair.Run(2 * Pair.Second);
        return (pair, client, server);
    }

    private static void RunWithMessages(Pair pair, AppSide client, int messageBytes, long micros)
    {
        for (var end = pair.Now + micros; pair.Now < end;)
        {
            if (messageBytes > 0)
            {
                client.SendMessage(new byte[messageBytes]);
            }

            pair.Run(20_000);
        }
    }
}
