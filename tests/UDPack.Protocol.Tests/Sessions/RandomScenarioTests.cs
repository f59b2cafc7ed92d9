using System.Buffers.Binary;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

/// <summary>Whatever the network and the applications do: each packet once, in order, unchanged, and nothing left behind.</summary>
public sealed class RandomScenarioTests
{
    private const int Blocks = 10;
    private const int SeedsPerBlock = 30;

    private static readonly long[] Windows = [0, 1, 100, 1220, 1250, 1300, 2000, 5000, 65_536, 1L << 20];

    public static TheoryData<int> FirstSeeds => [.. Enumerable.Range(0, Blocks).Select(static i => 1 + (i * SeedsPerBlock))];

    [Theory]
    [MemberData(nameof(FirstSeeds))]
    public void Every_packet_arrives_once_in_order_and_unchanged_and_sessions_end_clean(int firstSeed)
    {
        for (var seed = firstSeed; seed < firstSeed + SeedsPerBlock; seed++)
        {
            try
            {
                Play(seed);
            }
            catch (Exception exception)
            {
                Assert.Fail($"Seed {seed}: {exception}");
            }
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace()
    {
        var first = Play(7).Trace.Select(static d => (d.At, d.ToServer, d.Content.Length));
        var second = Play(7).Trace.Select(static d => (d.At, d.ToServer, d.Content.Length));

        Assert.Equal(first, second);
    }

    private static Pair Play(int seed)
    {
        var random = new Random(seed);
        var options = new ServerEndpointOptions { Parameters = Parameters(random) };
        var pair = new Pair(seed, options) { ToServer = Conditions(random), ToClient = Conditions(random) };
        var connecting = pair.Connect(parameters: Parameters(random), attempts: 30);
        pair.RunUntil(() => connecting.Session is not null && pair.ServerSessions.Count > 0, 300 * Pair.Second);
        var ends = new[] { new End(connecting.Session!), new End(pair.ServerSideOf(connecting)) };
        foreach (var end in ends)
        {
            end.App.Consumes = random.Next(2) == 0;
        }

        var steps = random.Next(5, 60);
        for (var step = 0; step < steps; step++)
        {
            var end = ends[random.Next(2)];
            switch (random.Next(4))
            {
                case 0:
                    end.SendMany(random, random.Next(1, 30));
                    break;
                case 1:
                    end.App.ConsumeSome(random.Next(1, 20));
                    break;
                case 2:
                    pair.Run(random.Next(1, 200_000));
                    break;
                default:
                    end.SendMany(random, 1);
                    break;
            }
        }

        AllArrives(pair, ends);
        pair.RunUntil(() => ends.All(static e => e.App.Acknowledged == e.Sent.Count), 300 * Pair.Second);
        pair.RunUntil(() => ends.All(static e => e.App.Session.Snapshot().BytesInFlight == 0), 300 * Pair.Second);
        EndsClean(pair, ends, random);
        return pair;
    }

    private static void AllArrives(Pair pair, End[] ends)
    {
        // Readers stay slow to the end: they take what is there, now and then.
        var until = pair.Now + (600 * Pair.Second);
        while (ends[0].Sent.Count != ends[1].App.Received.Count || ends[1].Sent.Count != ends[0].App.Received.Count)
        {
            Assert.True(pair.Now < until, "The packets did not all arrive: a deadlock.");
            Assert.All(ends, static e => Assert.Null(e.App.End));
            pair.Run(300_000);
            foreach (var end in ends)
            {
                end.App.ConsumeSome(3);
            }
        }

        Assert.Equal(ends[0].Sent, ends[1].App.Received);
        Assert.Equal(ends[1].Sent, ends[0].App.Received);
    }

    private static void EndsClean(Pair pair, End[] ends, Random random)
    {
        var (closing, other) = random.Next(2) == 0 ? (ends[0], ends[1]) : (ends[1], ends[0]);
        closing.SendMany(random, random.Next(3));
        closing.App.Close(code: 7);
        pair.RunUntil(
            () =>
            {
                other.App.ConsumeSome(5);
                return ends.All(static e => e.App.End is not null);
            },
            400 * Pair.Second);
        Assert.Equal(SessionEndCause.ClosedLocally, closing.App.End!.Value.Cause);
        Assert.Contains(other.App.End!.Value.Cause, new[] { SessionEndCause.ClosedByPeer, SessionEndCause.Expired });
        pair.Run(100 * Pair.Second);
        Assert.Equal(closing.Sent, other.App.Received);
        Assert.Equal(0, pair.Buffers.Outstanding);
        Assert.Equal(0, pair.Server.SessionCount);
        Assert.Equal(0, pair.Client.SessionCount);
        Assert.Equal(0, pair.Server.PendingCount);
    }

    private static TransportParameters Parameters(Random random) => new()
    {
        IdleTimeoutMs = 120_000,
        InitialSessionCredit = Windows[random.Next(Windows.Length)],
        MaxAckDelayMicros = random.Next(2) == 0 ? 25_000 : random.Next(100_000),
    };

    private static LinkConditions Conditions(Random random) => new()
    {
        Delay = random.Next(500, 150_000),
        Jitter = random.Next(2) == 0 ? 0 : random.Next(1, 60_000),
        Loss = random.Next(2) == 0 ? 0 : random.NextDouble() * 0.3,
        Duplicate = random.Next(2) == 0 ? 0 : random.NextDouble() * 0.3,
        Corrupt = random.Next(3) == 0 ? random.NextDouble() * 0.1 : 0,
    };

    private sealed class End(AppSide app)
    {
        public AppSide App { get; } = app;

        public List<byte[]> Sent { get; } = [];

        public void SendMany(Random random, int count)
        {
            for (; count > 0; count--)
            {
                var size = random.Next(3) switch { 0 => random.Next(40), 1 => random.Next(Session.LargestWholePacket + 1), _ => Session.LargestWholePacket };
                var content = new byte[size];
                random.NextBytes(content);
                if (size >= 4)
                {
                    BinaryPrimitives.WriteInt32BigEndian(content, Sent.Count);
                }

                Sent.Add(content);
                App.Send(content);
            }
        }
    }
}
