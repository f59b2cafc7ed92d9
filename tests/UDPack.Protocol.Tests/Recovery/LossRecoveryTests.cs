using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

public sealed class LossRecoveryTests : ISentFrameOwner
{
    private const int Size = 1200;
    private const long Ms = 1000;

    private readonly List<ulong> _acknowledged = [];
    private readonly List<ulong> _lost = [];
    private LossRecovery _recovery;
    private ulong _next;

    public LossRecoveryTests() => _recovery = new LossRecovery(this, 25 * Ms, Size, CongestionAlgorithm.Cubic);

    void ISentFrameOwner.OnFrameAcknowledged(in SentFrame frame) => _acknowledged.Add((ulong)frame.Number);

    void ISentFrameOwner.OnFrameLost(in SentFrame frame) => _lost.Add((ulong)frame.Number);

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

    private void Send(long now, int count)
    {
        for (; count > 0; count--)
        {
            _recovery.AddFrame(new SentFrame(SentFrameKind.Data, Number: (long)_next));
            _recovery.OnSent(now, _next++, Size, 1, ackEliciting: true);
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
