namespace UDPack.Testing.Tests.Links;

/// <summary>What a link loses, repeats and damages. Seeds are fixed: the counts are the same in every run.</summary>
public sealed class LossTests
{
    private const int Many = 100_000;

    [Fact]
    public void A_lossless_link_delivers_everything_once_after_its_delay()
    {
        var link = new SimulatedLink(new LinkConditions { Delay = TimeSpan.FromMilliseconds(3) }, 1);
        for (var now = 0L; now < 1000; now++)
        {
            Assert.Equal(new LinkVerdict(DatagramFate.Delivered, 1, new LinkDelivery(now + 3_000, -1), default), link.Send(now, 100));
        }

        Assert.Equal(new LinkStatistics { Sent = 1000, Delivered = 1000, BytesSent = 100_000, BytesDelivered = 100_000 }, link.Statistics);
    }

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Loss_takes_its_share(double loss)
    {
        var statistics = SendMany(new LinkConditions { Loss = loss });

        AssertShare(loss, statistics.Lost);
        Assert.Equal(Many - statistics.Lost, statistics.Delivered);
    }

    [Fact]
    public void Certain_loss_takes_all()
    {
        var statistics = SendMany(new LinkConditions { Loss = 1 });
        Assert.Equal((Many, 0), (statistics.Lost, statistics.Delivered));
    }

    [Fact]
    public void Bursts_are_as_frequent_and_as_long_as_their_probabilities_say()
    {
        var link = new SimulatedLink(new LinkConditions { Bursts = new GilbertElliott(0.01, 0.2) }, 7);
        var (bursts, inBurst) = (0, false);
        for (var i = 0; i < Many; i++)
        {
            var lost = link.Send(i, 100).Fate == DatagramFate.LostInBurst;
            bursts += lost && !inBurst ? 1 : 0;
            inBurst = lost;
        }

        // The share of the bad state is begin / (begin + end), and a burst lasts 1 / end.
        var lostInAll = link.Statistics.LostInBurst;
        Assert.InRange(lostInAll / (double)Many, 0.0476 * 0.9, 0.0476 * 1.1);
        Assert.InRange(lostInAll / (double)bursts, 5 * 0.9, 5 * 1.1);
    }

    [Fact]
    public void A_bad_link_loses_by_its_own_probability_and_a_good_one_by_the_other()
    {
        var statistics = SendMany(new LinkConditions { Loss = 0.01, Bursts = new GilbertElliott(0.1, 0.1, 0.4) });

        AssertShare(0.5 * 0.4, statistics.LostInBurst);
        AssertShare(0.5 * 0.01, statistics.Lost);
    }

    [Fact]
    public void Duplicates_arrive_twice_each_with_a_delay_of_its_own()
    {
        var link = new SimulatedLink(new LinkConditions { Duplicate = 0.2, Jitter = TimeSpan.FromMilliseconds(50), Reorder = true }, 3);
        var apart = 0;
        for (var i = 0; i < Many; i++)
        {
            var verdict = link.Send(i, 100);
            apart += verdict.Copies == 2 && verdict.First.At != verdict.Second.At ? 1 : 0;
        }

        var statistics = link.Statistics;
        AssertShare(0.2, statistics.Duplicated);
        Assert.Equal(Many + statistics.Duplicated, statistics.Delivered);
        Assert.InRange(apart, statistics.Duplicated * 0.99, statistics.Duplicated);
    }

    [Fact]
    public void Corruption_flips_one_bit_anywhere_in_the_datagram()
    {
        var link = new SimulatedLink(new LinkConditions { Corrupt = 0.25 }, 5);
        var bits = new HashSet<int>();
        for (var i = 0; i < 10_000; i++)
        {
            var arrival = link.Send(i, 10).First;
            var datagram = new byte[10];
            arrival.Damage(datagram);
            Assert.Equal(arrival.FlippedBit < 0 ? 0 : 1, datagram.Sum(static b => int.PopCount(b)));
            bits.Add(arrival.FlippedBit);
        }

        Assert.InRange(link.Statistics.Corrupted, 2_400, 2_600);
        Assert.Equal(Enumerable.Range(-1, 81), bits.Order());
    }

    [Fact]
    public void An_empty_datagram_cannot_be_damaged() =>
        Assert.Equal(-1, new SimulatedLink(new LinkConditions { Corrupt = 1 }, 1).Send(0, 0).First.FlippedBit);

    [Fact]
    public void Only_what_fits_the_mtu_passes()
    {
        var link = new SimulatedLink(new LinkConditions { Mtu = 1200 }, 1);

        Assert.Equal(DatagramFate.Delivered, link.Send(0, 1200).Fate);
        Assert.Equal(DatagramFate.TooLarge, link.Send(0, 1201).Fate);
        Assert.Equal(1, link.Statistics.TooLarge);
    }

    [Fact]
    public void A_blackhole_takes_all_until_its_time_or_the_conditions_change()
    {
        var link = new SimulatedLink(new LinkConditions(), 1);
        link.BlackholeUntil(500);
        Assert.Equal(DatagramFate.Blackholed, link.Send(499, 1).Fate);
        Assert.Equal(DatagramFate.Delivered, link.Send(500, 1).Fate);

        link.Conditions = new LinkConditions { Blackhole = true };
        Assert.Equal(DatagramFate.Blackholed, link.Send(501, 1).Fate);
        link.Conditions = new LinkConditions();
        Assert.Equal(DatagramFate.Delivered, link.Send(502, 1).Fate);
        Assert.Equal(2, link.Statistics.Blackholed);
    }

    private static LinkStatistics SendMany(LinkConditions conditions)
    {
        var link = new SimulatedLink(conditions, 42);
        for (var i = 0; i < Many; i++)
        {
            link.Send(i, 100);
        }

        return link.Statistics;
    }

    /// <summary>Five standard deviations: a right generator is within them, whatever the seed.</summary>
    private static void AssertShare(double share, long count)
    {
        var deviation = Math.Sqrt(Many * share * (1 - share));
        Assert.InRange(count, (Many * share) - (5 * deviation), (Many * share) + (5 * deviation));
    }
}
