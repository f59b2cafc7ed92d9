using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Delivery;

/// <summary>A session's inbox by itself: what it takes, refuses and counts.</summary>
public sealed class InboxTests
{
    private const long Credit = 100_000;

    private readonly Session _session;
    private readonly AppSide _application;
    private readonly PacketChannel _own = new();
    private readonly Inbox _inbox;

    public InboxTests()
    {
        var pair = new Pair();
        (_application, _) = pair.Establish(parameters: new TransportParameters { InitialSessionCredit = Credit, MaxPacketBytes = 50_000 });
        _session = _application.Session;
        _inbox = new Inbox(_session.Context, _own);
    }

    [Fact]
    public void A_whole_packet_is_handed_over_and_counted_until_it_is_taken()
    {
        _application.Consumes = false;
        _inbox.OnData(0, Whole(1, 300));
        Assert.Equal(300, Assert.Single(_application.Received).Length);
        Assert.Equal(300 + Cost.PerPacket, _inbox.Window.Held);
        _inbox.OnConsumed(0, _application.Waiting.Dequeue());
        Assert.Equal(0, _inbox.Window.Held);
    }

    [Fact]
    public void A_packet_before_its_turn_waits_and_only_what_is_there_is_in_the_books()
    {
        _inbox.OnData(0, Whole(2, 300));
        Assert.Empty(_application.Received);
        Assert.Equal(new ReceiverBooks(_own.Receiver.Memory, Missing: 1, Settled: 0), _own.Booked);
        _inbox.OnData(0, Whole(1, 100));
        Assert.Equal([100, 300], _application.Received.Select(static packet => packet.Length));
        Assert.Equal(new ReceiverBooks(0, 0, 0), _own.Booked);
    }

    [Fact]
    public void A_packet_beyond_the_credit_or_larger_than_accepted_fails_the_session()
    {
        Assert.False(_inbox.TryTake(0, _own, Whole(1 + (uint)(Credit / Cost.PerPacket), 10), out _));
        Assert.Equal("a packet beyond the credit", _session.Context.Failure);

        var (other, _) = new Pair().Establish(parameters: new TransportParameters { MaxPacketBytes = 1000 });
        Assert.False(new Inbox(other.Session.Context, _own).TryTake(0, _own, Whole(1, 1001), out _));
        Assert.Equal("a packet larger than this side accepts", other.Session.Context.Failure);
    }

    [Fact]
    public void Once_stopped_and_caught_up_it_refuses_what_is_new_so_that_nothing_is_acknowledged_that_nobody_reads()
    {
        _inbox.StopReceiving();
        _inbox.OnData(0, Whole(1, 10));
        Assert.True(_inbox.HasRefused);
        Assert.Empty(_application.Received);
        Assert.Null(_session.Context.Failure);
    }

    [Fact]
    public void A_rise_of_the_credit_is_owed_when_a_good_part_was_taken_and_once_only()
    {
        _application.Consumes = false;
        for (uint number = 1; !_inbox.OwesCredit; number++)
        {
            Assert.InRange(number, 1u, (uint)(Credit / 1256));
            _inbox.OnData(0, Whole(number, 1000));
            _inbox.OnConsumed(0, _application.Waiting.Dequeue());
        }

        Assert.True(_inbox.MayRaise);
        var limit = _inbox.LimitToTell();
        Assert.True(limit > Credit);
        _inbox.Advertise();
        Assert.False(_inbox.OwesCredit);
        Assert.Equal(limit, _inbox.Window.AdvertisedLimit);
    }

    [Fact]
    public void What_a_peer_that_is_blocked_needs_is_remembered_and_nonsense_fails_the_session()
    {
        Span<byte> payload = stackalloc byte[BlockedFrame.MaxSize];
        Assert.True(_inbox.OnBlocked(payload[..BlockedFrame.Write(payload, 10, 20)]));
        Assert.False(_inbox.OnBlocked([]));
        Assert.Equal("malformed blocked", _session.Context.Failure);
    }

    private Frame Whole(uint number, int length) =>
        new(new FrameHeader(_session.Id, 0, FrameFlags.Packet, Opcode.Data, (ushort)length), 0, number, 0, new byte[length]);
}
