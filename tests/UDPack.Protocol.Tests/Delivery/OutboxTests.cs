using UDPack.Protocol.Crypto;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Recovery;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Delivery;

/// <summary>A session's outbox by itself: what it writes, in which order, and what it makes of acks and losses.</summary>
public sealed class OutboxTests
{
    private const long Credit = 5_000;

    private readonly Pair _pair = new(options: new ServerEndpointOptions { Parameters = new TransportParameters { InitialSessionCredit = Credit } });
    private readonly AppSide _application;
    private readonly Session _session;
    private readonly Outbox _outbox;
    private readonly byte[] _buffer = new byte[Session.DatagramSize];

    public OutboxTests()
    {
        (_application, _) = _pair.Establish();
        _session = _application.Session;
        _outbox = new Outbox(_session.Context, new PacketChannel());
    }

    [Fact]
    public void Packets_share_a_datagram_in_order_and_the_last_is_cut_where_it_is_full()
    {
        Send(300);
        Send(1500);
        var first = Write();
        Assert.Equal([(1u, 0u, 300, false), (2u, 0u, first[1].Length, false)], first);
        Assert.Equal([(2u, (uint)first[1].Length, 1500 - first[1].Length, true)], Write());
        Assert.False(_outbox.HasContent);
    }

    [Fact]
    public void What_was_lost_goes_before_what_is_new()
    {
        Send(100);
        var sent = Track();
        Send(200);
        ((ISentFrameOwner)_outbox).OnLost(0, sent);
        Assert.Equal([(1u, 100), (2u, 200)], Write().Select(static f => (f.Number, f.Length)));
    }

    [Fact]
    public void An_acknowledged_packet_is_reported_once()
    {
        Send(100);
        var sent = Track();
        ((ISentFrameOwner)_outbox).OnAcknowledged(0, sent);
        ((ISentFrameOwner)_outbox).OnAcknowledged(0, sent);
        Assert.Equal(1, _application.Acknowledged);
        Assert.True(_outbox.IsFlushed);
    }

    [Fact]
    public void Without_credit_a_packet_waits_and_the_peer_is_told_once_what_it_needs()
    {
        Send((int)Credit);
        Assert.Empty(Write());
        var datagram = Begin();
        _outbox.WriteBlocked(ref datagram, null);
        Assert.True(BlockedFrame.TryRead(_buffer.AsSpan(FrameHeader.Size, datagram.Length - FrameHeader.Size), out var needed));
        Assert.Equal(Cost.Of((int)Credit), needed);
        datagram = Begin();
        _outbox.WriteBlocked(ref datagram, null);
        Assert.True(datagram.IsEmpty);
        _outbox.Raise(needed);
        Assert.NotEmpty(Write());
    }

    [Fact]
    public void A_session_that_closes_takes_nothing_more_and_one_that_ends_reports_what_is_left_as_lost()
    {
        Send(100);
        _session.Context.Close.Request(_pair.Now, drain: 1_000_000, idleTimeout: 0, code: null, text: null);
        Send(100);
        Assert.Equal(1, _application.Failed);
        _outbox.End();
        Assert.Equal(2, _application.Failed);
        Assert.False(_outbox.HasContent);
    }

    private void Send(int length) => _outbox.Send(_pair.Now, _pair.Buffers.Rent(length));

    private DatagramBuilder Begin() => new(_buffer, _session.Id, 0, DatagramSealer.Overhead);

    /// <summary>Writes a datagram with one frame, and gives that frame as recovery would report it.</summary>
    private SentFrame Track()
    {
        var frame = Assert.Single(Write());
        return new SentFrame(_outbox, SentFrameKind.Data, null, frame.Number, (int)frame.Offset, frame.Length);
    }

    private List<(uint Number, uint Offset, int Length, bool IsFin)> Write()
    {
        var datagram = Begin();
        _outbox.Write(ref datagram, null);
        var frames = new List<(uint, uint, int, bool)>();
        for (var rest = _buffer.AsSpan(0, datagram.Length); !rest.IsEmpty;)
        {
            Assert.True(FrameHeader.TryRead(rest, out var header, out _));
            var ids = (header.Flags & FrameFlags.Fragment) != 0 ? 8 : 4;
            var number = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(rest[FrameHeader.Size..]);
            var offset = ids == 8 ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(rest[(FrameHeader.Size + 4)..]) : 0;
            frames.Add((number, offset, header.PayloadLength, (header.Flags & FrameFlags.Fin) != 0));
            rest = rest[(FrameHeader.Size + ids + header.PayloadLength)..];
        }

        return frames;
    }
}
