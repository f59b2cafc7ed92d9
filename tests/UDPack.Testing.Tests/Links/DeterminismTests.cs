using CsCheck;

namespace UDPack.Testing.Tests.Links;

public sealed class DeterminismTests
{
    private static readonly Gen<double> Chance = Gen.OneOf(Gen.Const(0.0), Gen.Double[0, 1]);

    private static readonly Gen<LinkConditions> Any =
        from loss in Chance
        from duplicate in Chance
        from corrupt in Chance
        from jitter in Gen.Int[0, 100_000]
        from reorder in Gen.Bool
        from rate in Gen.Long[1_000, 1_000_000_000]
        from queue in Gen.Int[0, 100_000]
        from bursts in Gen.Bool
        select new LinkConditions
        {
            Loss = loss,
            Duplicate = duplicate,
            Corrupt = corrupt,
            Jitter = TimeSpan.FromMicroseconds(jitter),
            Reorder = reorder,
            BitsPerSecond = rate,
            QueueDelay = TimeSpan.FromMicroseconds(queue),
            Bursts = bursts ? new GilbertElliott(0.1, 0.3, 0.9) : null,
        };

    [Fact]
    public void The_same_seed_gives_the_same_verdicts() =>
        Gen.Select(Any, Gen.Long, Gen.Int[0, 1500].Array[1, 200]).Sample((conditions, seed, lengths) =>
            Verdicts(conditions, seed, lengths).SequenceEqual(Verdicts(conditions, seed, lengths)));

    [Fact]
    public void Other_seeds_give_other_verdicts()
    {
        var lengths = Enumerable.Repeat(100, 200).ToArray();
        var conditions = new LinkConditions { Loss = 0.5 };
        Assert.Equal(100, Enumerable.Range(0, 100).Select(seed => string.Join(' ', Verdicts(conditions, seed, lengths).Select(v => v.Copies))).Distinct().Count());
    }

    [Fact]
    public void Nothing_is_lost_uncounted_and_nothing_arrives_before_it_was_sent() =>
        Gen.Select(Any, Gen.Long, Gen.Int[0, 1500].Array[1, 200]).Sample((conditions, seed, lengths) =>
        {
            var link = new SimulatedLink(conditions, seed);
            var last = long.MinValue;
            for (var i = 0; i < lengths.Length; i++)
            {
                var now = i * 100L;
                var verdict = link.Send(now, lengths[i]);
                Assert.Equal(verdict.Fate == DatagramFate.Delivered, verdict.Copies > 0);
                if (verdict.Copies > 0)
                {
                    Assert.True(verdict.First.At >= now + 10_000);
                    Assert.True(conditions.Reorder || verdict.First.At >= last);
                    last = verdict.First.At;
                }
            }

            var counted = link.Statistics;
            Assert.Equal(lengths.Length, counted.Sent);
            Assert.Equal(counted.Sent + counted.Duplicated, counted.Delivered + counted.Lost + counted.LostInBurst + counted.QueueFull);
            Assert.Equal(lengths.Sum(), counted.BytesSent);
        });

    [Fact]
    public void Conditions_that_are_not_in_use_draw_no_chances()
    {
        var lengths = Enumerable.Repeat(100, 200).ToArray();
        Assert.Equal(
            Verdicts(new LinkConditions { Loss = 0.3 }, 5, lengths),
            Verdicts(new LinkConditions { Loss = 0.3, Mtu = 1500, Duplicate = 0, Corrupt = 0, Bursts = new GilbertElliott(0, 0) }, 5, lengths));
    }

    private static List<LinkVerdict> Verdicts(LinkConditions conditions, long seed, int[] lengths)
    {
        var link = new SimulatedLink(conditions, seed);
        return [.. lengths.Select((length, i) => link.Send(i * 100L, length))];
    }
}
