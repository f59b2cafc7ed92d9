using System.Runtime.CompilerServices;
using UDPack.Measuring;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

public sealed class LossRecoveryTests : LossRecoveryTest
{
    [Fact]
    public void Three_later_ones_acknowledged_make_a_datagram_lost()
    {
        Send(0, 5);
        Ack(100 * Ms, 1, 2);
        Assert.Empty(Lost);
        Ack(100 * Ms, 1, 3);
        Assert.Equal([0ul], Lost);
        Assert.Equal([1ul, 2ul, 3ul], Acknowledged);
        Assert.Equal(Size, Recovery.BytesInFlight);
        Assert.Equal(1, Recovery.DatagramsLost);
    }

    [Fact]
    public void Nine_eighths_of_a_round_trip_make_it_lost_by_time()
    {
        Send(0, 2);
        Ack(100 * Ms, 1, 1);
        Assert.Empty(Lost);
        Assert.Equal(100 * Ms * 9 / 8, Recovery.Deadline);
        Recovery.OnDeadline(Recovery.Deadline - 1);
        Assert.Empty(Lost);
        Recovery.OnDeadline(Recovery.Deadline);
        Assert.Equal([0ul], Lost);
        Assert.Equal(0, Recovery.ProbesDue);
        Assert.Equal(0, Recovery.BytesInFlight);
    }

    [Fact]
    public void The_probe_timer_doubles_and_starts_again_with_an_ack()
    {
        Recovery.Rtt.Update(100 * Ms, 0);
        Send(0, 1);
        var first = Recovery.ProbeTimeout;
        Assert.Equal(first, Recovery.Deadline);
        Recovery.OnDeadline(first);
        Assert.Equal(2, Recovery.ProbesDue);
        Assert.Equal(2 * first, Recovery.Deadline);
        Send(first, 1);
        Assert.Equal(first + (2 * first), Recovery.Deadline);
        Ack(first + (10 * Ms), 1, 1);
        Assert.Equal([0ul], Lost);
        Send(first + (10 * Ms), 1);
        Assert.True(Recovery.Deadline <= first + (10 * Ms) + Recovery.ProbeTimeout);
    }

    [Fact]
    public void Nothing_in_flight_has_no_deadline()
    {
        Assert.Equal(long.MaxValue, Recovery.Deadline);
        Recovery.OnSent(0, Next++, 60, 0, ackEliciting: false);
        Assert.Equal(long.MaxValue, Recovery.Deadline);
        Assert.Equal(0, Recovery.BytesInFlight);
    }

    [Fact]
    public void A_round_trip_is_measured_also_when_the_largest_number_only_acknowledged()
    {
        Send(0, 1);
        Recovery.OnSent(1 * Ms, Next++, 60, 0, ackEliciting: false);
        Ack(81 * Ms, 0, 1);
        Assert.Equal(80 * Ms, Recovery.Rtt.Latest);
    }

    [Fact]
    public void An_old_largest_number_gives_no_sample()
    {
        Send(0, 2);
        Ack(50 * Ms, 1, 1);
        Ack(500 * Ms, 0, 1);
        Assert.Equal(50 * Ms, Recovery.Rtt.Latest);
        Assert.Equal(0, Recovery.DatagramsInFlight);
    }

    [Fact]
    public void Losing_everything_for_three_probe_timeouts_is_persistent_congestion()
    {
        Send(0, 1);
        Ack(10 * Ms, 0, 0);
        for (var i = 0; i < 40; i++)
        {
            Send((20 + (i * 20)) * Ms, 1);
        }

        Ack(900 * Ms, 40, 40);
        Assert.Equal(2 * Size, Recovery.Congestion.Window);
    }

    [Fact]
    public void One_acknowledged_in_between_makes_it_an_ordinary_loss()
    {
        Send(0, 1);
        Ack(10 * Ms, 0, 0);
        for (var i = 0; i < 20; i++)
        {
            Send((20 + (i * 5)) * Ms, 1);
        }

        var ack = ReaderOf(new AckRange(20, 20), new AckRange(10, 10));
        Recovery.OnAck(130 * Ms, ref ack, peerIsSlow: false);
        Assert.True(Recovery.Congestion.Window > 2 * Size);
    }

    [Fact]
    public void Acks_of_everything_ever_sent_cost_no_more_than_what_is_new()
    {
        // A million datagrams, each acknowledged by a range from 0: quadratic work would take hours.
        for (ulong i = 0; i < 1_000_000; i++)
        {
            Send((long)i, 1);
            Ack((long)i + 1, 0, i);
        }

        Assert.Equal(0, Recovery.DatagramsInFlight);
        Assert.Equal(1_000_000, Acknowledged.Count);
    }

    [Fact]
    public void What_is_settled_is_told_afterwards_and_not_any_more_once_the_session_ended()
    {
        Send(0, 3);
        var ack = ReaderOf(new AckRange(0, 2));
        Recovery.OnAck(1, ref ack, peerIsSlow: false);
        Assert.Empty(Fates.Acknowledged);
        Assert.True(Recovery.Settled.TryTake(out var first, out var isAcknowledged));
        Assert.Equal((0L, true), (first.Number, isAcknowledged));
        Recovery.Clear();
        Assert.False(Recovery.Settled.TryTake(out _, out _));
        Assert.Equal((0, 0), (Recovery.BytesInFlight, Recovery.DatagramsInFlight));
    }

    [Fact]
    public void Behind_gaps_that_never_fill_everything_that_arrives_is_found_once()
    {
        // Every tenth is lost and kept in case it is late; each ack repeats the last 32 ranges.
        const int Count = 100_000;
        var ranges = new List<AckRange>();
        for (ulong i = 0; i < Count; i++)
        {
            Send((long)i, 1);
            if (i % 10 == 0)
            {
                continue;
            }

            if (i % 10 == 1)
            {
                ranges.Insert(0, new AckRange(i, i));
                ranges.RemoveRange(Math.Min(32, ranges.Count), Math.Max(0, ranges.Count - 32));
            }

            ranges[0] = ranges[0] with { Largest = i };
            var ack = ReaderOf([.. ranges]);
            Recovery.OnAck((long)i + 1, ref ack, peerIsSlow: false);
        }

        Assert.Equal(Enumerable.Range(0, Count).Where(static i => i % 10 != 0).Select(static i => (ulong)i), Acknowledged);
        Assert.Equal(Enumerable.Range(0, Count).Where(static i => i % 10 == 0).Select(static i => (ulong)i), Lost);
        Assert.Equal(0, Recovery.DatagramsInFlight);
    }

    [Fact]
    public void A_datagram_declared_lost_that_arrives_after_all_is_acknowledged_and_congestion_forgets_it()
    {
        Send(0, 10);
        var before = Recovery.Congestion.Window;
        Ack(100 * Ms, 4, 4);
        Assert.Equal([0ul, 1ul], Lost);
        Assert.True(Recovery.Congestion.Window < before);
        Ack(101 * Ms, 0, 4);
        Assert.Equal([4ul, 0ul, 1ul, 2ul, 3ul], Acknowledged);
        Assert.Equal((2, 2), (Recovery.DatagramsLost, Recovery.SpuriousLosses));
        Assert.True(Recovery.Congestion.Window >= before);
        Assert.Equal(5 * Size, Recovery.BytesInFlight);
    }

    [Fact]
    public void After_a_false_loss_as_many_later_ones_are_no_longer_enough()
    {
        Send(0, 30);
        Ack(100 * Ms, 9, 9);
        Assert.Equal(7, Lost.Count);
        Ack(100 * Ms, 0, 9);
        Lost.Clear();

        // The first of them was overtaken by nine.
        Ack(101 * Ms, 19, 19);
        Assert.Empty(Lost);
        Ack(101 * Ms, 20, 20);
        Assert.Equal([10ul], Lost);
    }

    [Fact]
    public void Sixteen_real_losses_later_three_are_enough_again()
    {
        Send(0, 10);
        Ack(100 * Ms, 9, 9);
        Ack(100 * Ms, 0, 9);
        var now = 200 * Ms;
        for (var i = 0; i < 16; i++)
        {
            Lost.Clear();
            Send(now, 12);
            Ack(now + (100 * Ms), Next - 1, Next - 1);
            Assert.NotEmpty(Lost);
            now += 10_000 * Ms;
            Ack(now, Next - 10, Next - 1);
        }

        Lost.Clear();
        Send(now, 4);
        Ack(now + (100 * Ms), Next - 1, Next - 1);
        Assert.Equal([Next - 4], Lost);
    }

    [Fact]
    public void Later_than_two_probe_timeouts_it_is_no_longer_known()
    {
        Send(0, 4);
        Ack(100 * Ms, 3, 3);
        Assert.Equal([0ul], Lost);
        Ack(100 * Ms, 1, 2);
        var late = (2 * Recovery.ProbeTimeout) + Ms;
        Send(late, 1);
        Ack(late, 0, 0);
        Assert.Equal(0, Recovery.SpuriousLosses);
        Assert.DoesNotContain(0ul, Acknowledged);
    }

    [Fact]
    public void A_lost_path_mtu_probe_is_no_congestion()
    {
        var before = Recovery.Congestion.Window;
        Recovery.AddFrame(Fates.Frame(Next));
        Recovery.OnSent(0, Next++, 9000, 1, ackEliciting: true, isMtuProbe: true);
        Assert.Equal(9000, Recovery.BytesInFlight);
        Send(0, 3);
        Ack(100 * Ms, 1, 3);
        Assert.Equal([0ul], Lost);
        Assert.Equal((0, 0), (Recovery.DatagramsLost, Recovery.BytesInFlight));
        Assert.True(Recovery.Congestion.Window >= before);
    }

    [Fact]
    public void On_a_new_path_everything_begins_anew_and_what_was_in_flight_says_nothing_about_it()
    {
        Send(0, 1);
        Ack(50 * Ms, 0, 0);
        Send(60 * Ms, 5);
        Recovery.OnPathChanged(70 * Ms, resetCongestionAndRtt: true, Size);
        Assert.Equal((0, 5), (Recovery.BytesInFlight, Recovery.DatagramsInFlight));
        Assert.False(Recovery.Rtt.HasSample);
        Send(80 * Ms, 2);
        var window = Recovery.Congestion.Window;
        Ack(110 * Ms, 5, 5);
        Assert.Equal([1ul, 2ul], Lost);
        Assert.Equal(window, Recovery.Congestion.Window);
        Assert.False(Recovery.Rtt.HasSample);
        Assert.Equal(2 * Size, Recovery.BytesInFlight);
        Ack(120 * Ms, 3, 7);
        Assert.Equal(40 * Ms, Recovery.Rtt.Latest);
        Assert.Equal(0, Recovery.BytesInFlight);
        Assert.Equal(0, Recovery.DatagramsInFlight);
        Assert.True(Recovery.Congestion.Window > window);
    }

    [Fact]
    public void If_only_the_port_changed_nothing_is_forgotten()
    {
        Send(0, 2);
        Ack(50 * Ms, 0, 0);
        Recovery.OnPathChanged(60 * Ms, resetCongestionAndRtt: false, Size);
        Assert.Equal(Size, Recovery.BytesInFlight);
        Assert.Equal(50 * Ms, Recovery.Rtt.Latest);
    }

    [Fact]
    public void The_window_and_the_pacer_say_when_the_next_may_leave()
    {
        Send(0, 1);
        Ack(100 * Ms, 0, 0);
        Assert.Equal(100 * Ms, Recovery.NextSendAt(100 * Ms));
        while (Recovery.NextSendAt(100 * Ms) <= 100 * Ms && Recovery.CanSend(Size))
        {
            Send(100 * Ms, 1);
        }

        Assert.Equal(10, Recovery.DatagramsInFlight);

        // Twice the window of eleven datagrams per 100 ms.
        Assert.True(Recovery.CanSend(Size));
        Assert.InRange(Recovery.NextSendAt(100 * Ms), 104 * Ms, 105 * Ms);
    }

    [Fact]
    public void Idle_memory_is_given_back()
    {
        Send(0, 100);
        Ack(10 * Ms, 50, 99);
        Assert.Equal(0, Recovery.DatagramsInFlight);
        Recovery.Trim();
        Send(20 * Ms, 1);
        Ack(30 * Ms, 0, 100);
        Assert.Equal(0, Recovery.SpuriousLosses);
        Assert.Equal(51, Acknowledged.Count);
    }

    [Theory]
    [InlineData(CongestionAlgorithm.Cubic, 300)]
    [InlineData(CongestionAlgorithm.Bbr, 500)]
    public void Datagrams_allocate_nothing_and_an_idle_controller_is_small(CongestionAlgorithm algorithm, long most)
    {
        Assert.InRange(Allocated.By(() => _ = new LossRecovery(0, Size, algorithm)), 1, most);
        Assert.InRange(Unsafe.SizeOf<LossRecovery>(), 1, 500);

        var recovery = new LossRecovery(0, Size, algorithm);
        var fates = new Silent();
        var sent = 0UL;
        Send(10_000);
        Assert.Equal(0, Allocated.By(() => Send(10_000)));
        Assert.Equal((long)sent / 8, recovery.DatagramsLost);

        void Send(int count)
        {
            Span<byte> payload = stackalloc byte[64];
            Span<AckRange> ranges = stackalloc AckRange[1];
            for (var i = sent; i < sent + (ulong)count; i++)
            {
                recovery.AddFrame(new SentFrame(fates, SentFrameKind.Data, Number: (long)i));
                recovery.OnSent((long)i * 100, i, Size, 1, ackEliciting: true);
                if (i % 8 == 7)
                {
                    // The first of eight is lost.
                    ranges[0] = new AckRange(i - 6, i);
                    var length = AckFrameWriter.Write(payload, 0, ranges, 0);
                    Assert.True(AckFrameReader.TryRead(payload[..length], out var ack));
                    recovery.OnAck((long)i * 100, ref ack, peerIsSlow: false);
                    FrameFates.Tell(ref recovery);
                }
            }

            sent += (ulong)count;
        }
    }

    [Fact]
    public void Of_what_arrived_only_datagrams_larger_than_every_path_carries_say_something_about_it()
    {
        SendSizes(0, 1400, Size, 1300, 500);
        Ack(100 * Ms, 0, 3);
        Assert.Equal([(0ul, 1400), (2ul, 1300)], Arrived());
        Assert.Null(Unrefuted());
    }

    [Theory]
    [InlineData(1400, 1300, 0)]
    [InlineData(1400, 1400, -1)]
    [InlineData(1300, 1400, -1)]
    public void A_loss_is_refuted_by_what_is_as_large_was_sent_later_and_arrived(int lost, int arrived, int unrefuted)
    {
        SendSizes(7, lost);
        SendSizes(8, 500, 500, arrived, 500);
        Ack(100 * Ms, 1, 4);
        Assert.Equal(unrefuted < 0 ? null : ((ulong)unrefuted, 7L, lost), Unrefuted());
    }

    [Fact]
    public void Larger_ones_that_were_sent_before_refute_nothing_and_of_several_losses_the_largest_counts()
    {
        SendSizes(0, 1500);
        Ack(10 * Ms, 0, 0);
        SendSizes(20 * Ms, 1300, 1250, 1400, 1350, 1200, 1200, 1200);
        Ack(30 * Ms, 5, 7);
        Assert.Equal((3ul, 20 * Ms, 1400), Unrefuted());
    }

    private List<(ulong Sequence, int Size)> Arrived()
    {
        var arrived = new List<(ulong, int)>();
        while (Recovery.Evidence.TryTakeArrived(out var sequence, out var size))
        {
            arrived.Add((sequence, size));
        }

        return arrived;
    }

    private (ulong Sequence, long SentAt, int Size)? Unrefuted() =>
        Recovery.Evidence.TryTakeUnrefutedLoss(out var sequence, out var sentAt, out var size) ? (sequence, sentAt, size) : null;

    private sealed class Silent : ISentFrameOwner
    {
        public void OnAcknowledged(long now, in SentFrame frame)
        {
        }

        public void OnLost(long now, in SentFrame frame)
        {
        }
    }
}
