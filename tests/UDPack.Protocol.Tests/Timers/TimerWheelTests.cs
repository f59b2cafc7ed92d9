using UDPack.Protocol.Timers;

namespace UDPack.Protocol.Tests.Timers;

public sealed class TimerWheelTests
{
    private const long Tick = 1024;
    private const long Day = 86_400_000_000;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    /// <summary>Against the simplest thing that could be right: every armed deadline in a dictionary.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_fires_like_a_sorted_list_never_early_and_within_a_tick(int seed)
    {
        var random = new Random(seed);
        long now = random.NextInt64(Day);
        var wheel = new TimerWheel(seed % 2 == 0 ? now : 0);
        var armed = new Dictionary<Node, long>();
        var nodes = Enumerable.Range(0, 50).Select(_ => new Node(armed)).ToArray();
        for (var step = 0; step < 2000; step++)
        {
            var node = nodes[random.Next(nodes.Length)];
            switch (random.Next(6))
            {
                case 0:
                    wheel.Cancel(node);
                    armed.Remove(node);
                    break;
                case 1:
                    var earlier = now + Ahead(random);
                    wheel.ScheduleNoLaterThan(node, earlier);
                    armed[node] = armed.TryGetValue(node, out var old) ? Math.Min(old, earlier) : earlier;
                    break;
                case 2 or 3:
                    var deadline = now + Ahead(random);
                    wheel.Schedule(node, deadline);
                    armed[node] = deadline;
                    break;
                case 4:
                    // As a driver does: to the next deadline.
                    if (wheel.NextDeadline != long.MaxValue)
                    {
                        now = Math.Max(now, wheel.NextDeadline);
                        Advance(wheel, now, armed);
                    }

                    break;
                default:
                    now += random.NextInt64(Ahead(random) + 1);
                    Advance(wheel, now, armed);
                    break;
            }

            var next = armed.Count == 0 ? long.MaxValue : armed.Values.Min();
            if (next == long.MaxValue)
            {
                Assert.Equal(long.MaxValue, wheel.NextDeadline);
            }
            else
            {
                // Two ticks: one to round up, one that a deadline already past is put off by.
                Assert.True(wheel.NextDeadline <= Math.Max(next, now) + (2 * Tick), "The next deadline would come too late.");
            }
        }
    }

    [Fact]
    public void Timers_armed_by_a_timer_fire_in_their_turn()
    {
        var wheel = new TimerWheel(0);
        var fired = new List<long>();
        var node = new Chain(wheel, fired);
        wheel.Schedule(node, 5000);
        for (long now = 0; now < 100_000; now += 500)
        {
            wheel.Advance(now);
        }

        Assert.InRange(fired.Count, 15, 20);
        Assert.All(fired.Zip(fired.Skip(1)), static pair => Assert.InRange(pair.Second - pair.First, 5000, 5000 + Tick + 500));
    }

    [Fact]
    public void A_timer_beyond_the_horizon_fires_on_its_day()
    {
        var armed = new Dictionary<Node, long>();
        var wheel = new TimerWheel(0);
        var node = new Node(armed) { };
        armed[node] = 40 * Day;
        wheel.Schedule(node, 40 * Day);
        long now = 0;
        var wakes = 0;
        while (armed.Count > 0)
        {
            now = wheel.NextDeadline;
            wheel.Advance(now);
            wakes++;
        }

        Assert.InRange(now, 40 * Day, (40 * Day) + Tick);
        Assert.True(wakes < 30);
    }

    [Fact]
    public void A_deadline_in_the_past_fires_on_the_next_advance()
    {
        var armed = new Dictionary<Node, long>();
        var wheel = new TimerWheel(0);
        var node = new Node(armed);
        wheel.Advance(10 * Tick);
        wheel.Schedule(node, 3);
        armed[node] = 3;
        wheel.Advance(11 * Tick);

        Assert.Empty(armed);
    }

    private static long Ahead(Random random) => random.Next(5) switch
    {
        0 => random.Next(3000),
        1 => random.Next(100_000),
        2 => random.Next(30_000_000),
        3 => random.NextInt64(Day),
        _ => random.NextInt64(30 * Day),
    };

    private static void Advance(TimerWheel wheel, long now, Dictionary<Node, long> armed)
    {
        wheel.Advance(now);
        Assert.All(armed, pair => Assert.True(pair.Value > now - (2 * Tick), "A timer is overdue."));
        Assert.All(armed.Keys, static n => Assert.True(n.IsScheduled));
    }

    private sealed class Node(Dictionary<Node, long> armed) : TimerNode
    {
        public override void OnTimer(long now)
        {
            Assert.True(armed.Remove(this, out var deadline), "It fired without being armed.");
            Assert.True(now >= deadline, "It fired early.");
        }
    }

    private sealed class Chain(TimerWheel wheel, List<long> fired) : TimerNode
    {
        public override void OnTimer(long now)
        {
            fired.Add(now);
            wheel.Schedule(this, now + 5000);
        }
    }
}
