using UDPack.Protocol.Delivery;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;
using Xunit.Abstractions;

namespace UDPack.Protocol.Tests.Sessions;

/// <summary>Values of keys: the newest wins, and the last always arrives.</summary>
public sealed class LatestValueTests(ITestOutputHelper output)
{
    private const long Interval = 50_000;

    [Theory]
    [InlineData(5_000, CongestionAlgorithm.Bbr)]
    [InlineData(50_000, CongestionAlgorithm.Bbr)]
    [InlineData(150_000, CongestionAlgorithm.Bbr)]
    [InlineData(50_000, CongestionAlgorithm.Cubic)]
    public void At_20_percent_loss_what_the_receiver_has_is_younger_than_the_way_and_three_intervals_at_p99(long delay, CongestionAlgorithm congestion)
    {
        var late = ShareBeyond(delay, congestion, static (client, sentAt) => client.SendLatest(7, BitConverter.GetBytes(sentAt)), static (server, see) => server.WhenValue = (_, content) => see(content));

        Assert.InRange(late, 0, 0.01);
    }

    [Fact]
    public void The_same_as_packets_is_older_by_far()
    {
        var late = ShareBeyond(50_000, CongestionAlgorithm.Bbr, static (client, sentAt) => client.Send(BitConverter.GetBytes(sentAt)), static (server, see) => server.WhenPacket = see);

        Assert.InRange(late, 0.05, 1);
    }

    /// <summary>The share of a quarter of an hour in which what the receiver has is older than the way and three intervals.</summary>
    private double ShareBeyond(long delay, CongestionAlgorithm congestion, Action<AppSide, long> send, Action<AppSide, Action<byte[]>> watch)
    {
        var link = new LinkConditions { Delay = delay, Loss = 0.2 };
        var pair = new Pair(seed: 11) { KeepsTrace = false };
        var (client, server) = pair.Establish(session: new SessionOptions { Congestion = congestion });
        (pair.ToServer, pair.ToClient) = (link, link);
        const long length = 900 * Pair.Second;
        var bound = delay + (3 * Interval);
        var (newest, seenAt, late) = (pair.Now, pair.Now, 0L);
        var start = pair.Now;
        watch(server, content =>
        {
            Count(pair.Now);
            newest = Math.Max(newest, BitConverter.ToInt64(content));
        });
        while (pair.Now < start + length)
        {
            send(client, pair.Now);
            pair.Run(Interval);
        }

        Count(pair.Now);
        Assert.Null(client.End);
        output.WriteLine($"{late / (double)length:p3} of the time older than {bound / 1000} ms");
        return late / (double)length;

        void Count(long now)
        {
            late += Math.Max(0, now - Math.Max(seenAt, newest + bound));
            seenAt = now;
        }
    }

    [Fact]
    public void The_last_value_always_arrives()
    {
        for (var seed = 1; seed <= 100; seed++)
        {
            var pair = new Pair(seed);
            var (client, server) = pair.Establish();
            pair.ToServer = pair.ToClient = new LinkConditions { Delay = 30_000, Jitter = 40_000, Loss = 0.3, Duplicate = 0.1 };
            for (byte i = 1; i <= 20; i++)
            {
                client.SendLatest(i % 3u, [i]);
                pair.Run((seed % 5) * 10_000);
            }

            pair.RunUntil(() => client.PendingKeys.Count == 0 && client.Session.Snapshot().BytesInFlight == 0, 60 * Pair.Second);

            Assert.Equal([18, 19, 20], Last(server));
            AssertNeverOlder(server);
            pair.EndAll();
        }
    }

    [Fact]
    public void Never_an_older_one_however_the_path_reorders()
    {
        var pair = new Pair(5) { KeepsTrace = false };
        var (client, server) = pair.Establish();
        pair.ToServer = new LinkConditions { Delay = 10_000, Jitter = 300_000, Loss = 0.1, Duplicate = 0.2 };
        for (var i = 0; i < 5_000; i++)
        {
            client.SendLatest((uint)(i % 5) * 0x1234_5678, BitConverter.GetBytes(i));
            pair.Run(5_000);
        }

        pair.RunUntil(() => client.PendingKeys.Count == 0, 60 * Pair.Second);

        Assert.Equal(Enumerable.Range(4_995, 5), server.Values.GroupBy(static v => v.Key).Select(static g => BitConverter.ToInt32(g.Last().Content)).Order());
        Assert.InRange(server.Values.Count, 500, 4_999);
        AssertNeverOlder(server);
        pair.EndAll();
    }

    [Fact]
    public void The_queue_holds_one_for_each_key_and_the_newest_leave_when_the_path_is_back()
    {
        var pair = new Pair();
        var (client, server) = pair.Establish();
        pair.Run(Pair.Second);
        pair.ToServer = new LinkConditions { Delay = 10_000, Blackhole = true };
        var before = pair.Buffers.Outstanding;
        for (var i = 0; i < 10_000; i++)
        {
            client.SendLatest((uint)(i % 3), BitConverter.GetBytes(i));
            pair.Run(100);
            Assert.InRange(pair.Buffers.Outstanding - before, 1, 3);
        }

        pair.ToServer = new LinkConditions { Delay = 10_000 };
        pair.RunUntil(() => client.PendingKeys.Count == 0, 10 * Pair.Second);

        Assert.Equal([9_997, 9_998, 9_999], server.Values.Select(static v => BitConverter.ToInt32(v.Content)).Order());
        Assert.Equal(10_000 - 3, client.Session.Snapshot().ValuesReplaced);
        pair.EndAll();
    }

    [Fact]
    public void Values_of_more_keys_than_are_remembered_all_arrive()
    {
        const int keys = 3 * IncomingValues.Remembered;
        var pair = new Pair(3) { KeepsTrace = false };
        var (client, server) = pair.Establish();
        pair.ToServer = new LinkConditions { Delay = 20_000, Jitter = 60_000, Loss = 0.2 };
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < keys; i++)
            {
                pair.RunUntil(() => client.PendingKeys.Count < OutgoingValues.MaxKeys, 60 * Pair.Second);
                client.SendLatest((uint)i, BitConverter.GetBytes((round * keys) + i));
            }
        }

        pair.RunUntil(() => client.PendingKeys.Count == 0, 60 * Pair.Second);

        var last = server.Values.GroupBy(static v => v.Key).Select(static g => BitConverter.ToInt32(g.Last().Content)).Order();
        Assert.Equal(Enumerable.Range(2 * keys, keys), last);
        AssertNeverOlder(server);
        pair.EndAll();
    }

    [Fact]
    public void What_is_not_taken_is_not_acknowledged_and_comes_again()
    {
        var pair = new Pair();
        var (client, server) = pair.Establish();
        server.TakesValues = false;
        client.SendLatest(1, "old"u8.ToArray());
        pair.Run(Pair.Second);
        client.SendLatest(1, "new"u8.ToArray());
        pair.Run(2 * Pair.Second);
        Assert.Empty(server.Values);
        Assert.NotEmpty(client.PendingKeys);
        Assert.True(pair.Server.Counters.Dropped(DropReason.ValueNotTaken) > 1);

        server.TakesValues = true;
        pair.RunUntil(() => client.PendingKeys.Count == 0, 10 * Pair.Second);

        Assert.Equal("new"u8.ToArray(), Assert.Single(server.Values).Content);
        pair.EndAll();
    }

    [Fact]
    public void Values_that_wait_count_at_the_endpoint_and_none_is_taken_beyond_its_memory()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxBufferedBytes = 64 << 10 });
        var (client, server) = pair.Establish();
        var (other, otherServer) = pair.Establish();
        (server.ValuesHeld, otherServer.ValuesHeld) = (80 << 10, 40 << 10);
        client.SendLatest(1, new byte[1000]);
        pair.Run(100_000);
        Assert.Equal(80 << 10, pair.Server.Memory.Held);

        // One may have more, and it is this one that does for a while.
        client.SendLatest(2, new byte[1000]);
        pair.Run(100_000);
        other.SendLatest(1, new byte[1000]);
        pair.Run(100_000);
        Assert.Equal(2, server.Values.Count);
        Assert.Empty(otherServer.Values);
        Assert.True(pair.Server.Counters.Dropped(DropReason.ValueNotTaken) > 0);

        server.ValuesHeld = 0;
        client.SendLatest(3, [1]);
        pair.RunUntil(() => otherServer.Values.Count == 1, 10 * Pair.Second);

        Assert.Equal(40 << 10, pair.Server.Memory.Held);
        pair.EndAll();
        Assert.Equal(0, pair.Server.Memory.Held);
    }

    [Fact]
    public void A_graceful_end_delivers_the_last_value()
    {
        var pair = new Pair(9);
        var (client, server) = pair.Establish();
        pair.ToServer = pair.ToClient = new LinkConditions { Delay = 30_000, Loss = 0.4 };
        for (byte i = 1; i <= 50; i++)
        {
            client.SendLatest(1, [i]);
        }

        client.Close();
        pair.RunUntil(() => client.End is not null, 60 * Pair.Second);

        Assert.Equal([50], server.Values[^1].Content);
    }

    [Fact]
    public void A_flood_of_values_keeps_to_the_congestion_window_and_starves_no_packets()
    {
        var pair = new Pair
        {
            KeepsTrace = false,
            ToServer = new LinkConditions { Delay = 20_000, BitsPerSecond = 10_000_000, QueueDelay = 50_000 },
            ToClient = new LinkConditions { Delay = 20_000 },
        };
        var (client, server) = pair.Establish();
        for (var i = 0; i < 1500; i++)
        {
            client.Send(new byte[1000]);
        }

        for (var i = 0; i < 1000; i++)
        {
            for (uint key = 0; key < 8; key++)
            {
                client.SendLatest(key, new byte[1000]);
            }

            pair.Run(1_000);
        }

        // Eight times as much was set in this second as the path carries: 1.25 MB.
        Assert.InRange(client.Session.Snapshot().BytesSent, 600_000, 2_000_000);
        Assert.InRange(client.Session.Snapshot().ValuesReplaced, 5_000, 8_000);

        Assert.InRange(server.Values.Count, 300, 900);
        Assert.InRange(server.Received.Count, 300, 900);
    }

    private static void AssertNeverOlder(AppSide side)
    {
        foreach (var key in side.Values.GroupBy(static v => v.Key))
        {
            var values = key.Select(static v => v.Content.Length == 1 ? v.Content[0] : BitConverter.ToInt32(v.Content)).ToArray();
            Assert.Equal(values.Order().Distinct(), values);
        }
    }

    private static IEnumerable<int> Last(AppSide side) => side.Values.GroupBy(static v => v.Key).Select(static g => (int)g.Last().Content[0]).Order();
}
