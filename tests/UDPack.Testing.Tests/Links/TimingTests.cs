namespace UDPack.Testing.Tests.Links;

/// <summary>When a link delivers, to the microsecond.</summary>
public sealed class TimingTests
{
    private static readonly TimeSpan OneMilli = TimeSpan.FromMilliseconds(1);

    // One byte takes one microsecond.
    private const long BytePerMicro = 8_000_000;

    [Fact]
    public void A_datagram_takes_its_length_over_the_rate_and_then_the_delay()
    {
        var link = new SimulatedLink(new LinkConditions { Delay = OneMilli, BitsPerSecond = BytePerMicro }, 1);

        Assert.Equal(1_000 + 1_200, link.Send(0, 1200).First.At);
        Assert.Equal(1_000 + 1_200 + 300, link.Send(0, 300).First.At);
        Assert.Equal(1_000 + 1_200 + 300 + 1, link.Send(700, 1).First.At);
    }

    [Fact]
    public void An_idle_bottleneck_sends_at_once()
    {
        var link = new SimulatedLink(new LinkConditions { Delay = OneMilli, BitsPerSecond = BytePerMicro }, 1);

        link.Send(0, 1200);

        Assert.Equal(5_000 + 1_000 + 1_200, link.Send(5_000, 1200).First.At);
    }

    [Theory]
    [InlineData(7_777_777)]
    [InlineData(1_000_003)]
    [InlineData(9_999_999_999)]
    public void No_error_adds_up_in_a_long_queue(long rate)
    {
        var link = new SimulatedLink(new LinkConditions { Delay = TimeSpan.Zero, BitsPerSecond = rate }, 1);
        var last = 0L;
        for (var i = 0; i < 10_000; i++)
        {
            last = link.Send(0, 1001).First.At;
        }

        Assert.Equal((long)decimal.Ceiling(10_000m * 1001 * 8 * 1_000_000 / rate), last);
    }

    [Fact]
    public void The_queue_drops_what_would_wait_too_long()
    {
        var link = new SimulatedLink(
            new LinkConditions { Delay = TimeSpan.Zero, BitsPerSecond = BytePerMicro, QueueDelay = TimeSpan.FromMilliseconds(3) }, 1);

        // They wait 0, 1, 2 and 3 ms; the next would wait 4.
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal((i + 1) * 1000, link.Send(0, 1000).First.At);
        }

        Assert.Equal(DatagramFate.QueueFull, link.Send(0, 1000).Fate);
        Assert.Equal(DatagramFate.QueueFull, link.Send(999, 1).Fate);
        Assert.Equal(5_000, link.Send(1_000, 1000).First.At);
        Assert.Equal(2, link.Statistics.QueueFull);
    }

    [Fact]
    public void The_queue_drops_what_finds_no_room()
    {
        var link = new SimulatedLink(new LinkConditions { Delay = TimeSpan.Zero, BitsPerSecond = BytePerMicro, QueueBytes = 3000 }, 1);

        Assert.Equal(3, Enumerable.Range(0, 5).Count(_ => link.Send(0, 1000).Fate == DatagramFate.Delivered));
        Assert.Equal(DatagramFate.QueueFull, link.Send(500, 501).Fate);
        Assert.Equal(3_500, link.Send(500, 500).First.At);
    }

    [Fact]
    public void Jitter_without_reordering_bunches_datagrams_and_keeps_their_order()
    {
        var link = new SimulatedLink(new LinkConditions { Jitter = TimeSpan.FromMilliseconds(20) }, 9);
        var last = 0L;
        for (var now = 0L; now < 1_000_000; now += 1_000)
        {
            var at = link.Send(now, 1).First.At;
            Assert.InRange(at - now, 10_000, 30_000 - 1);
            Assert.True(at >= last);
            last = at;
        }

        Assert.Equal(0, link.Statistics.Reordered);
    }

    [Fact]
    public void Jitter_with_reordering_spreads_evenly_and_overtakes()
    {
        var link = new SimulatedLink(new LinkConditions { Jitter = TimeSpan.FromMilliseconds(20), Reorder = true }, 9);
        var late = 0;
        for (var now = 0L; now < 10_000_000; now += 1_000)
        {
            var took = link.Send(now, 1).First.At - now;
            Assert.InRange(took, 10_000, 30_000 - 1);
            late += took >= 20_000 ? 1 : 0;
        }

        Assert.InRange(late, 4_750, 5_250);
        Assert.InRange(link.Statistics.Reordered, 5_000, 10_000);
    }

    [Fact]
    public void New_conditions_hold_from_the_next_datagram_on()
    {
        var link = new SimulatedLink(new LinkConditions { BitsPerSecond = BytePerMicro, Delay = OneMilli }, 1);
        link.Send(0, 1000);
        link.Conditions = new LinkConditions { BitsPerSecond = 2 * BytePerMicro, Delay = 2 * OneMilli };

        // What is queued goes out at the old rate, the rest at the new one.
        Assert.Equal(1_000 + 500 + 2_000, link.Send(0, 1000).First.At);
    }

    [Fact]
    public void A_shorter_delay_does_not_let_later_datagrams_overtake_unless_reordering_is_on()
    {
        var link = new SimulatedLink(new LinkConditions { Delay = TimeSpan.FromMilliseconds(50) }, 1);
        link.Send(0, 1);
        link.Conditions = new LinkConditions { Delay = OneMilli };
        Assert.Equal(50_000, link.Send(1, 1).First.At);
        link.Conditions = new LinkConditions { Delay = OneMilli, Reorder = true };
        Assert.Equal(1_002, link.Send(2, 1).First.At);
        Assert.Equal(1, link.Statistics.Reordered);
    }
}
