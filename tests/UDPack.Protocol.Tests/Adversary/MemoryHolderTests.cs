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

    /// <summary>A client fills the session, ends it and comes back, again and again, while the handlers of its sessions are busy with something else.</summary>
    [Fact]
    public void What_the_application_has_yet_to_read_of_sessions_that_ended_still_counts()
    {
        const int packet = 200_000;
        var pair = new Pair(options: new ServerEndpointOptions { MaxBufferedBytes = 2 << 20 }) { KeepsTrace = false };
        var ended = new List<AppSide>();
        for (var i = 0; i < 40; i++)
        {
            var connecting = pair.Connect();
            pair.RunUntil(() => connecting.Session is not null && pair.ServerSessions.Count == i + 1, 10 * Pair.Second);
            var server = pair.ServerSideOf(connecting);
            (server.Consumes, server.ReadsWhatIsLeft) = (false, false);
            connecting.Session!.Send(new byte[packet]);
            pair.Run(Pair.Second);
            connecting.Session.Abort();
            pair.Run(5 * Pair.Second);
            ended.Add(server);
            Assert.NotNull(server.End);
            Assert.True(pair.Server.Memory.Held >= ended.Sum(static s => s.Waiting.Sum(static t => t.Memory)));
        }

        Assert.InRange(pair.Server.Memory.Held, 2 << 20, (2 << 20) + (1 << 20));
        Assert.InRange(ended.Sum(static s => s.Received.Count), 8, 15);
        ended.ForEach(static s => s.ConsumeAll());
        Assert.Equal(0, pair.Server.Memory.Held);
    }

    [Fact]
    public void What_is_taken_after_the_end_is_given_back_once_and_no_more_than_there_is()
    {
        var pair = new Pair { KeepsTrace = false };
        var (client, server) = pair.Establish();
        (server.Consumes, server.ReadsWhatIsLeft) = (false, false);
        client.Send(new byte[1000]);
        client.Send(new byte[1000]);
        pair.Run(Pair.Second);
        var one = server.Waiting.Dequeue();
        server.Session.Inbox.OnConsumed(pair.Now, one);
        client.Abort();
        pair.Run(5 * Pair.Second);
        Assert.Equal(one.Memory, pair.Server.Memory.Held);

        server.Session.ReleaseDelivered();
        server.ConsumeAll();
        Assert.Equal(0, pair.Server.Memory.Held);
    }

    /// <summary>
    /// Others wanted memory, but the holder always asks last: were who asked last left alone, it could hold what it has for ever by asking often enough.
    /// </summary>
    [Fact]
    public void A_holder_that_asks_again_and_again_gives_way_too()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxBufferedBytes = 600_000 });
        using var holder = new Attacker(pair);
        pair.KeepsTrace = false;
        Fill(holder, 900_000);
        var (client, server) = pair.Establish();
        var (other, otherServer) = pair.Establish();
        var memory = holder.OnServer.Session.Memory;
        const int sent = 5;
        var link = pair.ToServer = new LinkConditions { Delay = 10_000, BitsPerSecond = 4_000_000, QueueDelay = 50_000 };
        for (var i = 0; i < sent; i++)
        {
            client.Send(new byte[400_000]);
            other.Send(new byte[400_000]);
        }

        while (!memory.IsStalled(pair.Now + (Pair.Second / 5)))
        {
            pair.Run(Pair.Second / 10);
        }

        // Nobody else is heard from now on.
        Assert.Null(holder.OnServer.End);
        Assert.False(memory.MayReceive(pair.Now, 10));
        pair.ToServer = new LinkConditions { Blackhole = true };
        for (var i = 0; i < 1_000 && holder.OnServer.End is null; i++)
        {
            // Small, or it counted as an attempt to go on, which is waited for.
            holder.Send(holder.Piece(1, 990_000, 10));
            pair.Run(Pair.Second / 1_000);
        }

        Assert.Equal(GoAwayReason.Busy, holder.OnServer.End?.Reason);
        pair.ToServer = link;
        pair.RunUntil(() => server.Received.Count == sent && otherServer.Received.Count == sent, 60 * Pair.Second);
        Assert.True(server.End is null && otherServer.End is null);
    }

    [Fact]
    public void Copies_of_what_waits_to_be_sent_are_part_of_what_a_session_holds_and_may_make_it_give_way()
    {
        var memory = new SessionMemory(new MemoryBudget(), now: 0);
        memory.AddCopies(100_000);
        Assert.Equal((100_000, 0, 100_000), (memory.Held, memory.Sending, memory.Budget.Held));
        Assert.False(memory.IsStalled(3_000_000));
        Assert.True(memory.IsStalled(5_000_000));
        memory.AddCopies(-100_000);
        Assert.Equal(0, memory.Budget.Held);
    }

    [Fact]
    public void Values_that_replace_one_another_are_no_progress_and_values_taken_are()
    {
        var pair = new Pair();
        var (_, server) = pair.Establish();
        var memory = server.Session.Memory;
        var since = memory.MovedAt;
        pair.Run(Pair.Second);
        for (var i = 1; i < 100; i++)
        {
            server.ValuesHeld = 50_000 + (i % 2 * 40_000);
            server.Session.Values.Account();
        }

        Assert.Equal(since, memory.MovedAt);
        server.ValuesHeld = 10_000;
        server.Session.Values.OnTaken(pair.Now, 80_000);
        Assert.Equal(pair.Now, memory.MovedAt);
        Assert.Equal(10_000, memory.Delivered);
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
