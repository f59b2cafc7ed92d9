using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

public sealed class AckTrackerTests
{
    private const long MaxDelay = 25_000;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Ranges_hold_exactly_what_was_received(int seed)
    {
        var random = new Random(seed);
        var tracker = new AckTracker();
        var received = new HashSet<ulong>();
        for (var step = 0; step < 400; step++)
        {
            // Dense enough never to need more ranges than there are.
            var sequence = (ulong)random.Next(100);
            if (received.Add(sequence))
            {
                tracker.OnReceived(step, sequence, true, false, MaxDelay);
            }

            AssertDescending(tracker.Ranges);
            Assert.Equal(received.Order(), Numbers(tracker.Ranges).Order());
            Assert.Equal(received.Max(), tracker.Largest);
        }
    }

    [Fact]
    public void Beyond_64_ranges_the_oldest_are_dropped()
    {
        var tracker = new AckTracker();
        for (ulong sequence = 0; sequence < 400; sequence += 2)
        {
            tracker.OnReceived(0, sequence, true, false, MaxDelay);
        }

        Assert.Equal(64, tracker.Ranges.Length);
        Assert.Equal(Enumerable.Range(136, 64).Select(static i => (ulong)(2 * i)), Numbers(tracker.Ranges).Order());
        tracker.OnReceived(0, 1, true, false, MaxDelay);
        Assert.Equal(64, tracker.Ranges.Length);
        tracker.OnReceived(0, 301, true, false, MaxDelay);
        Assert.Equal(63, tracker.Ranges.Length);
    }

    [Fact]
    public void The_first_in_order_waits_for_the_ack_delay_and_the_second_for_nothing()
    {
        var tracker = new AckTracker();
        tracker.OnReceived(100, 0, true, false, MaxDelay);
        Assert.Equal(100 + MaxDelay, tracker.Deadline);
        tracker.OnReceived(200, 1, true, false, MaxDelay);
        Assert.Equal(200, tracker.Deadline);
        tracker.OnAckSent();
        Assert.Equal(long.MaxValue, tracker.Deadline);
        Assert.False(tracker.HasNews);
    }

    [Fact]
    public void Out_of_order_it_is_acknowledged_at_once()
    {
        var tracker = new AckTracker();
        tracker.OnReceived(100, 0, true, false, MaxDelay);
        tracker.OnAckSent();
        tracker.OnReceived(200, 2, true, false, MaxDelay);
        Assert.Equal(200, tracker.Deadline);
        tracker.OnAckSent();
        tracker.OnReceived(300, 1, true, false, MaxDelay);
        Assert.Equal(300, tracker.Deadline);
        Assert.Equal(100ul, tracker.DelayMicros(300));
    }

    [Fact]
    public void A_gap_that_stays_calls_for_no_more_acks_than_it_opened_with()
    {
        var tracker = new AckTracker();
        tracker.OnReceived(0, 0, true, false, MaxDelay);
        tracker.OnReceived(0, 2, true, false, MaxDelay);
        Assert.Equal(0, tracker.Deadline);
        tracker.OnAckSent();
        tracker.OnReceived(10, 3, true, false, MaxDelay);
        Assert.Equal(10 + MaxDelay, tracker.Deadline);
    }

    [Fact]
    public void The_longer_all_is_in_order_the_fewer_acks_there_are_down_to_one_for_eight()
    {
        var tracker = new AckTracker();
        var acks = AcksFor(ref tracker, 0, 100);
        Assert.Equal(50, acks);
        AcksFor(ref tracker, 100, 400);
        Assert.Equal(100, AcksFor(ref tracker, 500, 800));

        // A gap makes the sender's recovery urgent again.
        tracker.OnReceived(0, 1301, true, false, MaxDelay);
        Assert.Equal(0, tracker.Deadline);
        tracker.OnAckSent();
        Assert.Equal(50, AcksFor(ref tracker, 1302, 100));
    }

    [Fact]
    public void Beyond_32_ranges_it_is_time_that_the_peer_says_what_it_knows()
    {
        var tracker = new AckTracker();
        for (ulong i = 0; i < 32; i++)
        {
            tracker.OnReceived(0, 2 * i, true, false, MaxDelay);
        }

        Assert.False(tracker.ManyRanges);
        tracker.OnReceived(0, 64, true, false, MaxDelay);
        Assert.True(tracker.ManyRanges);
        tracker.OnAckAcknowledged(64);
        Assert.False(tracker.ManyRanges);
    }

    [Fact]
    public void What_asks_for_no_ack_gets_none_of_its_own()
    {
        var tracker = new AckTracker();
        for (ulong sequence = 0; sequence < 10; sequence++)
        {
            tracker.OnReceived(0, sequence, false, false, MaxDelay);
        }

        Assert.Equal(long.MaxValue, tracker.Deadline);
    }

    [Fact]
    public void Once_an_ack_is_acknowledged_what_lies_below_is_not_repeated()
    {
        var tracker = new AckTracker();
        foreach (var sequence in new ulong[] { 0, 2, 4, 6 })
        {
            tracker.OnReceived(0, sequence, true, false, MaxDelay);
        }

        tracker.OnAckAcknowledged(4);
        Assert.Equal([6ul, 4ul], Numbers(tracker.Ranges));
        tracker.OnAckAcknowledged(100);
        Assert.Equal([6ul], Numbers(tracker.Ranges));
    }

    private static int AcksFor(ref AckTracker tracker, ulong first, int count)
    {
        var acks = 0;
        for (var i = 0; i < count; i++)
        {
            tracker.OnReceived(0, first + (ulong)i, true, false, MaxDelay);
            if (tracker.Deadline == 0)
            {
                acks++;
                tracker.OnAckSent();
            }
        }

        return acks;
    }

    private static List<ulong> Numbers(ReadOnlySpan<AckRange> ranges)
    {
        var numbers = new List<ulong>();
        foreach (var range in ranges)
        {
            for (var n = range.Smallest; n <= range.Largest; n++)
            {
                numbers.Add(n);
            }
        }

        return numbers;
    }

    private static void AssertDescending(ReadOnlySpan<AckRange> ranges)
    {
        for (var i = 1; i < ranges.Length; i++)
        {
            Assert.True(ranges[i].Largest + 1 < ranges[i - 1].Smallest);
        }
    }
}
