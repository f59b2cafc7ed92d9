using System.Runtime.CompilerServices;
using UDPack.Measuring;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

public sealed class LossRecoveryTests : ISentFrameOwner
{
    private const int Size = 1200;
    private const long Ms = 1000;

    private readonly List<ulong> _acknowledged = [];
    private readonly List<ulong> _lost = [];
    private readonly List<(ulong Sequence, int Size)> _arrived = [];
    private readonly List<(ulong Sequence, long SentAt, int Size)> _unrefuted = [];
    private LossRecovery _recovery;
    private ulong _next;

    public LossRecoveryTests() => _recovery = new LossRecovery(this, 25 * Ms, Size, CongestionAlgorithm.Cubic);

    void ISentFrameOwner.OnFrameAcknowledged(in SentFrame frame) => _acknowledged.Add((ulong)frame.Number);

    void ISentFrameOwner.OnFrameLost(in SentFrame frame) => _lost.Add((ulong)frame.Number);

    void ISentFrameOwner.OnDatagramAcknowledged(long now, ulong sequence, int size) => _arrived.Add((sequence, size));

    void ISentFrameOwner.OnUnrefutedLoss(long now, ulong sequence, long sentAt, int size) => _unrefuted.Add((sequence, sentAt, size));

    [Fact]
    public void Three_later_ones_acknowledged_make_a_datagram_lost()
    {
        Send(0, 5);
        Ack(100 * Ms, 1, 2);
        Assert.Empty(_lost);
        Ack(100 * Ms, 1, 3);
        Assert.Equal([0ul], _lost);
        Assert.Equal([1ul, 2ul, 3ul], _acknowledged);
        Assert.Equal(Size, _recovery.BytesInFlight);
        Assert.Equal(1, _recovery.DatagramsLost);
    }

    [Fact]
    public void Nine_eighths_of_a_round_trip_make_it_lost_by_time()
    {
        Send(0, 2);
        Ack(100 * Ms, 1, 1);
        Assert.Empty(_lost);
        Assert.Equal(100 * Ms * 9 / 8, _recovery.Deadline);
        _recovery.OnDeadline(_recovery.Deadline - 1);
        Assert.Empty(_lost);
        _recovery.OnDeadline(_recovery.Deadline);
        Assert.Equal([0ul], _lost);
        Assert.Equal(0, _recovery.ProbesDue);
        Assert.Equal(0, _recovery.BytesInFlight);
    }

    [Fact]
    public void The_probe_timer_doubles_and_starts_again_with_an_ack()
    {
        _recovery.Rtt.Update(100 * Ms, 0);
        Send(0, 1);
        var first = _recovery.ProbeTimeout;
        Assert.Equal(first, _recovery.Deadline);
        _recovery.OnDeadline(first);
        Assert.Equal(2, _recovery.ProbesDue);
        Assert.Equal(2 * first, _recovery.Deadline);
        Send(first, 1);
        Assert.Equal(first + (2 * first), _recovery.Deadline);
        Ack(first + (10 * Ms), 1, 1);
        Assert.Equal([0ul], _lost);
        Send(first + (10 * Ms), 1);
        Assert.True(_recovery.Deadline <= first + (10 * Ms) + _recovery.ProbeTimeout);
    }

    [Fact]
    public void Nothing_in_flight_has_no_deadline()
    {
        Assert.Equal(long.MaxValue, _recovery.Deadline);
        _recovery.OnSent(0, _next++, 60, 0, ackEliciting: false);
        Assert.Equal(long.MaxValue, _recovery.Deadline);
        Assert.Equal(0, _recovery.BytesInFlight);
    }

    [Fact]
    public void A_round_trip_is_measured_also_when_the_largest_number_only_acknowledged()
    {
        Send(0, 1);
        _recovery.OnSent(1 * Ms, _next++, 60, 0, ackEliciting: false);
        Ack(81 * Ms, 0, 1);
        Assert.Equal(80 * Ms, _recovery.Rtt.Latest);
    }

    [Fact]
    public void An_old_largest_number_gives_no_sample()
    {
        Send(0, 2);
        Ack(50 * Ms, 1, 1);
        Ack(500 * Ms, 0, 1);
        Assert.Equal(50 * Ms, _recovery.Rtt.Latest);
        Assert.Equal(0, _recovery.DatagramsInFlight);
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
        Assert.Equal(2 * Size, _recovery.Congestion.Window);
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
        _recovery.OnAck(130 * Ms, ref ack, peerIsSlow: false);
        Assert.True(_recovery.Congestion.Window > 2 * Size);
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

        Assert.Equal(0, _recovery.DatagramsInFlight);
        Assert.Equal(1_000_000, _acknowledged.Count);
    }

    [Fact]
    public void An_owner_that_ends_the_session_in_reaction_to_an_ack_disturbs_nothing()
    {
        var owner = new Ending();
        owner.Recovery = new LossRecovery(owner, 0, Size, CongestionAlgorithm.Cubic);
        for (ulong i = 0; i < 3; i++)
        {
            owner.Recovery.AddFrame(new SentFrame(SentFrameKind.Data, Number: (long)i));
            owner.Recovery.AddFrame(new SentFrame(SentFrameKind.Data, Number: (long)i));
            owner.Recovery.OnSent(0, i, Size, 2, ackEliciting: true);
        }

        var ack = ReaderOf(new AckRange(0, 2));
        owner.Recovery.OnAck(1, ref ack, peerIsSlow: false);
        Assert.Equal(1, owner.Calls);
        Assert.Equal((0, 0), (owner.Recovery.BytesInFlight, owner.Recovery.DatagramsInFlight));
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
            _recovery.OnAck((long)i + 1, ref ack, peerIsSlow: false);
        }

        Assert.Equal(Enumerable.Range(0, Count).Where(static i => i % 10 != 0).Select(static i => (ulong)i), _acknowledged);
        Assert.Equal(Enumerable.Range(0, Count).Where(static i => i % 10 == 0).Select(static i => (ulong)i), _lost);
        Assert.Equal(0, _recovery.DatagramsInFlight);
    }

    [Fact]
    public void A_datagram_declared_lost_that_arrives_after_all_is_acknowledged_and_congestion_forgets_it()
    {
        Send(0, 10);
        var before = _recovery.Congestion.Window;
        Ack(100 * Ms, 4, 4);
        Assert.Equal([0ul, 1ul], _lost);
        Assert.True(_recovery.Congestion.Window < before);
        Ack(101 * Ms, 0, 4);
        Assert.Equal([4ul, 0ul, 1ul, 2ul, 3ul], _acknowledged);
        Assert.Equal((2, 2), (_recovery.DatagramsLost, _recovery.SpuriousLosses));
        Assert.True(_recovery.Congestion.Window >= before);
        Assert.Equal(5 * Size, _recovery.BytesInFlight);
    }

    [Fact]
    public void After_a_false_loss_as_many_later_ones_are_no_longer_enough()
    {
        Send(0, 30);
        Ack(100 * Ms, 9, 9);
        Assert.Equal(7, _lost.Count);
        Ack(100 * Ms, 0, 9);
        _lost.Clear();

        // The first of them was overtaken by nine.
        Ack(101 * Ms, 19, 19);
        Assert.Empty(_lost);
        Ack(101 * Ms, 20, 20);
        Assert.Equal([10ul], _lost);
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
            _lost.Clear();
            Send(now, 12);
            Ack(now + (100 * Ms), _next - 1, _next - 1);
            Assert.NotEmpty(_lost);
            now += 10_000 * Ms;
            Ack(now, _next - 10, _next - 1);
        }

        _lost.Clear();
        Send(now, 4);
        Ack(now + (100 * Ms), _next - 1, _next - 1);
        Assert.Equal([_next - 4], _lost);
    }

    [Fact]
    public void Later_than_two_probe_timeouts_it_is_no_longer_known()
    {
        Send(0, 4);
        Ack(100 * Ms, 3, 3);
        Assert.Equal([0ul], _lost);
        Ack(100 * Ms, 1, 2);
        var late = (2 * _recovery.ProbeTimeout) + Ms;
        Send(late, 1);
        Ack(late, 0, 0);
        Assert.Equal(0, _recovery.SpuriousLosses);
        Assert.DoesNotContain(0ul, _acknowledged);
    }

    [Fact]
    public void A_lost_path_mtu_probe_is_no_congestion()
    {
        var before = _recovery.Congestion.Window;
        _recovery.AddFrame(new SentFrame(SentFrameKind.Data, Number: (long)_next));
        _recovery.OnSent(0, _next++, 9000, 1, ackEliciting: true, isMtuProbe: true);
        Assert.Equal(9000, _recovery.BytesInFlight);
        Send(0, 3);
        Ack(100 * Ms, 1, 3);
        Assert.Equal([0ul], _lost);
        Assert.Equal((0, 0), (_recovery.DatagramsLost, _recovery.BytesInFlight));
        Assert.True(_recovery.Congestion.Window >= before);
    }

    [Fact]
    public void On_a_new_path_everything_begins_anew_and_what_was_in_flight_says_nothing_about_it()
    {
        Send(0, 1);
        Ack(50 * Ms, 0, 0);
        Send(60 * Ms, 5);
        _recovery.OnPathChanged(70 * Ms, resetCongestionAndRtt: true, Size);
        Assert.Equal((0, 5), (_recovery.BytesInFlight, _recovery.DatagramsInFlight));
        Assert.False(_recovery.Rtt.HasSample);
        Send(80 * Ms, 2);
        var window = _recovery.Congestion.Window;
        Ack(110 * Ms, 5, 5);
        Assert.Equal([1ul, 2ul], _lost);
        Assert.Equal(window, _recovery.Congestion.Window);
        Assert.False(_recovery.Rtt.HasSample);
        Assert.Equal(2 * Size, _recovery.BytesInFlight);
        Ack(120 * Ms, 3, 7);
        Assert.Equal(40 * Ms, _recovery.Rtt.Latest);
        Assert.Equal(0, _recovery.BytesInFlight);
        Assert.Equal(0, _recovery.DatagramsInFlight);
        Assert.True(_recovery.Congestion.Window > window);
    }

    [Fact]
    public void If_only_the_port_changed_nothing_is_forgotten()
    {
        Send(0, 2);
        Ack(50 * Ms, 0, 0);
        _recovery.OnPathChanged(60 * Ms, resetCongestionAndRtt: false, Size);
        Assert.Equal(Size, _recovery.BytesInFlight);
        Assert.Equal(50 * Ms, _recovery.Rtt.Latest);
    }

    [Fact]
    public void The_window_and_the_pacer_say_when_the_next_may_leave()
    {
        Send(0, 1);
        Ack(100 * Ms, 0, 0);
        Assert.Equal(100 * Ms, _recovery.NextSendAt(100 * Ms));
        while (_recovery.NextSendAt(100 * Ms) <= 100 * Ms && _recovery.CanSend(Size))
        {
            Send(100 * Ms, 1);
        }

        Assert.Equal(10, _recovery.DatagramsInFlight);

        // Twice the window of eleven datagrams per 100 ms.
        Assert.True(_recovery.CanSend(Size));
        Assert.InRange(_recovery.NextSendAt(100 * Ms), 104 * Ms, 105 * Ms);
    }

    [Fact]
    public void Idle_memory_is_given_back()
    {
        Send(0, 100);
        Ack(10 * Ms, 50, 99);
        Assert.Equal(0, _recovery.DatagramsInFlight);
        _recovery.Trim();
        Send(20 * Ms, 1);
        Ack(30 * Ms, 0, 100);
        Assert.Equal(0, _recovery.SpuriousLosses);
        Assert.Equal(51, _acknowledged.Count);
    }

    [Theory]
    [InlineData(CongestionAlgorithm.Cubic, 300)]
    [InlineData(CongestionAlgorithm.Bbr, 500)]
    public void Datagrams_allocate_nothing_and_an_idle_controller_is_small(CongestionAlgorithm algorithm, long most)
    {
        var owner = new Silent();
        Assert.InRange(Allocated.By(() => _ = new LossRecovery(owner, 0, Size, algorithm)), 1, most);
        Assert.InRange(Unsafe.SizeOf<LossRecovery>(), 1, 500);

        var recovery = new LossRecovery(owner, 0, Size, algorithm);
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
                recovery.AddFrame(new SentFrame(SentFrameKind.Data, Number: (long)i));
                recovery.OnSent((long)i * 100, i, Size, 1, ackEliciting: true);
                if (i % 8 == 7)
                {
                    // The first of eight is lost.
                    ranges[0] = new AckRange(i - 6, i);
                    var length = AckFrameWriter.Write(payload, 0, ranges, 0);
                    Assert.True(AckFrameReader.TryRead(payload[..length], out var ack));
                    recovery.OnAck((long)i * 100, ref ack, peerIsSlow: false);
                }
            }

            sent += (ulong)count;
        }
    }

    [Fact]
    public void The_owner_learns_what_arrived()
    {
        Send(0, 5);
        Ack(100 * Ms, 4, 4);
        Assert.Equal([(4ul, Size)], _arrived);
        Assert.Empty(_unrefuted);
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
        Assert.Equal(unrefuted < 0 ? [] : [((ulong)unrefuted, 7L, lost)], _unrefuted);
    }

    [Fact]
    public void Larger_ones_that_were_sent_before_refute_nothing_and_of_several_losses_the_largest_counts()
    {
        SendSizes(0, 1500);
        Ack(10 * Ms, 0, 0);
        SendSizes(20 * Ms, 1300, 1250, 1400, 1350, 1200, 1200, 1200);
        Ack(30 * Ms, 5, 7);
        Assert.Equal([(3ul, 20 * Ms, 1400)], _unrefuted);
    }

    private void Send(long now, int count)
    {
        for (; count > 0; count--)
        {
            _recovery.AddFrame(new SentFrame(SentFrameKind.Data, Number: (long)_next));
            _recovery.OnSent(now, _next++, Size, 1, ackEliciting: true);
        }
    }

    private void SendSizes(long now, params int[] sizes)
    {
        foreach (var size in sizes)
        {
            _recovery.AddFrame(new SentFrame(SentFrameKind.Data, Number: (long)_next));
            _recovery.OnSent(now, _next++, size, 1, ackEliciting: true);
        }
    }

    private void Ack(long now, ulong smallest, ulong largest)
    {
        var reader = ReaderOf(new AckRange(smallest, largest));
        _recovery.OnAck(now, ref reader, peerIsSlow: false);
    }

    private static AckFrameReader ReaderOf(params AckRange[] ranges)
    {
        var payload = new byte[AckFrameWriter.MaxSize(ranges.Length)];
        var length = AckFrameWriter.Write(payload, 0, ranges, 0);
        Assert.True(AckFrameReader.TryRead(payload.AsSpan(0, length), out var reader));
        return reader;
    }

    private sealed class Silent : ISentFrameOwner
    {
        public void OnFrameAcknowledged(in SentFrame frame)
        {
        }

        public void OnFrameLost(in SentFrame frame)
        {
        }
    }

    private sealed class Ending : ISentFrameOwner
    {
        public LossRecovery Recovery;

        public int Calls { get; private set; }

        public void OnFrameAcknowledged(in SentFrame frame)
        {
            Calls++;
            Recovery.Clear();
        }

        public void OnFrameLost(in SentFrame frame)
        {
        }
    }
}
