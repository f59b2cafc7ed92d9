using UDPack.Protocol.Delivery;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>Clients that hold a server's memory and let nothing move: they give way, and honest sessions go on meanwhile.</summary>
public sealed class MemoryHolderTests
{
    private const long Limit = 8 << 20;
    private const int Packet = 1_000_000;
    private const long Measured = 10 * Pair.Second;

    private static double? _alone;

    [Theory]
    [InlineData("promise", 10)]
    [InlineData("promise", 260)]
    [InlineData("fill", 9)]
    [InlineData("fill", 60)]
    [InlineData("fill", 260)]
    [InlineData("fill and repeat", 60)]
    [InlineData("fill and ask for more", 60)]
    public void An_honest_session_keeps_half_of_its_throughput_beside_any_number_of_holders(string what, int holders)
    {
        _alone ??= Throughput("", 0);
        var beside = Throughput(what, holders);

        Assert.True(beside >= _alone / 2, $"{beside / 1e6:0.0} MB/s beside {holders} holders, {_alone / 1e6:0.0} alone");
    }

    [Fact]
    public void The_largest_holder_gives_way_first_and_no_more_than_need_to()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxBufferedBytes = 1 << 20 });
        using var small = new Attacker(pair);
        using var large = new Attacker(pair);
        Fill(small, 300_000);
        Fill(large, 900_000);
        var (client, server) = pair.Establish();
        client.Send(new byte[500_000]);
        pair.Run(3 * Pair.Second);
        Assert.True(pair.Server.Memory.IsUsedUp || server.Received.Count == 1);
        Assert.Null(large.OnServer.End);

        while (large.OnServer.End is null && pair.Now < 60 * Pair.Second)
        {
            client.Send(new byte[500_000]);
            Fill(small, 1);
            pair.Run(Pair.Second);
        }

        var end = large.OnServer.End!.Value;
        Assert.Equal((SessionEndCause.Aborted, GoAwayReason.Busy), (end.Cause, end.Reason));
        var before = server.Received.Count + 1;
        client.Send(new byte[500_000]);
        pair.RunUntil(() => server.Received.Count >= before, 10 * Pair.Second);
        Assert.Null(small.OnServer.End);
        pair.EndAll();
    }

    [Fact]
    public void Who_waits_for_a_slow_application_keeps_its_session_and_others_go_on()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxBufferedBytes = 1 << 20 }) { KeepsTrace = false };
        var (slow, slowServer) = pair.Establish();
        slowServer.Consumes = false;
        for (var i = 0; i < 1_000; i++)
        {
            slow.Send(new byte[2_000]);
        }

        pair.Run(5 * Pair.Second);
        var host = pair.AddClient();
        var connecting = pair.Connect(from: host);
        pair.RunUntil(() => connecting.Session is not null && pair.ServerSessions.Count == 2, Pair.Second);
        var other = pair.ServerSideOf(connecting);
        for (var i = 1; i <= 10; i++)
        {
            connecting.Session!.Send(new byte[300_000]);
            pair.RunUntil(() => other.Received.Count == i, 20 * Pair.Second);
            pair.Run(5 * Pair.Second);
        }

        Assert.Null(slowServer.End);
        slowServer.ConsumeAll();
        pair.RunUntil(() => slowServer.Received.Count == 1_000, 60 * Pair.Second);
        pair.EndAll();
    }

    [Fact]
    public void The_place_of_who_may_hold_more_changes_hands()
    {
        var budget = new MemoryBudget { Limit = 100_000 };
        var (one, other) = (new SessionMemory(budget, 0), new SessionMemory(budget, 0));
        one.AddWaiting(60_000);
        other.AddWaiting(60_000);
        Assert.True(one.MayReceive(0, 1_000));
        Assert.False(other.MayReceive(400_000, 1_000));
        one.OnMoved(400_000, 10_000);
        Assert.False(other.MayReceive(800_000, 1_000));

        // It rests.
        Assert.True(other.MayReceive(1_000_000, 1_000));
        Assert.False(one.MayReceive(1_000_001, 1_000));

        // Its turn is over, however much it moves.
        other.OnMoved(2_990_000, 60_000);
        Assert.True(one.MayReceive(3_100_000, 1_000));

        // The other brings something to its end, and so comes first as long as it moves.
        other.OnFinished(3_150_000, 40_000);
        Assert.True(other.MayReceive(3_200_000, 1_000));
        other.OnMoved(5_300_000, 60_000);
        Assert.False(one.MayReceive(5_400_000, 1_000));

        // It holds little again.
        other.AddWaiting(-40_000);
        one.AddWaiting(50_000);
        Assert.True(one.MayReceive(5_400_001, 1_000));
    }

    private static double Throughput(string what, int holders)
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxBufferedBytes = Limit, Parameters = new TransportParameters { MaxPacketBytes = 4 << 20 } })
        {
            ToServer = new LinkConditions { Delay = 10_000, BitsPerSecond = 20_000_000, QueueDelay = 50_000 },
            ToClient = new LinkConditions { Delay = 10_000 },
        };
        var (client, server) = pair.Establish();

        // A session in use: who has shown that its packets come to their end goes before who has not.
        client.Send(new byte[Packet]);
        pair.RunUntil(() => server.Received.Count == 1, 10 * Pair.Second);
        var attackers = Enumerable.Range(0, holders).Select(_ => new Attacker(pair)).ToList();
        pair.KeepsTrace = false;
        foreach (var attacker in attackers)
        {
            if (what == "promise")
            {
                attacker.Send(attacker.Piece(1, Packet - 1, 1));
            }
            else
            {
                Fill(attacker, Packet - 10_000);
            }
        }

        Assert.Equal(what.StartsWith("fill", StringComparison.Ordinal), pair.Server.Memory.IsUsedUp);
        var (until, sent, before) = (pair.Now + Measured, 1, server.Received.Count);
        while (pair.Now < until)
        {
            while (sent - client.Acknowledged < 2)
            {
                client.Send(new byte[Packet]);
                sent++;
            }

            pair.Run(20_000);
            foreach (var attacker in attackers.Where(static a => a.OnServer.End is null))
            {
                if (what == "fill and repeat")
                {
                    attacker.Send(attacker.Piece(1, 0, 1_000));
                }
                else if (what == "fill and ask for more")
                {
                    attacker.Send(attacker.Piece(1, Packet - 10_000 + (sent % 40 * 1_000), 1_000));
                }
            }
        }

        Assert.Null(server.End);
        attackers.ForEach(static a => a.Dispose());
        return (server.Received.Count - before) * (double)Packet / Measured * Pair.Second;
    }

    private static void Fill(Attacker attacker, int length)
    {
        for (var offset = 0; offset < length; offset += 1_100)
        {
            attacker.Send(attacker.Piece(1, offset, 1_100));
        }
    }
}
