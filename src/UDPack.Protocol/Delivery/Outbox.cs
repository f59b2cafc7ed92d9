using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Streams;

namespace UDPack.Protocol.Delivery;

/// <summary>
/// Packets to send, of all channels: cut into pieces and written in turns, lost ones first, as far as the peer's credit for the session goes. Owns that
/// credit, and reports what became of packets of the session's own channel.
/// </summary>
internal sealed class Outbox : ISentFrameOwner
{
    /// <summary>A piece of a packet is worth its header from this size on.</summary>
    private const int LeastPiece = 64;

    /// <summary>Smaller packets are never cut: that would cost more than the room it fills.</summary>
    private const int LargestUncut = 256;

    private readonly SessionContext _context;
    private readonly PacketChannel _own;
    private SendScheduler _scheduler;
    private SendCredit _credit;
    private bool _isBlockedInFlight;

    /// <param name="context">The session's.</param>
    /// <param name="own">The channel that is no stream.</param>
    public Outbox(SessionContext context, PacketChannel own)
    {
        (_context, _own) = (context, own);
        _credit = new SendCredit(context.Peer.InitialSessionCredit);
    }

    private enum Turn
    {
        /// <summary>The datagram has no room for more.</summary>
        Full,

        /// <summary>Others may come first now.</summary>
        Over,

        /// <summary>Nothing is left to send.</summary>
        Done,

        /// <summary>The stream has no credit.</summary>
        Blocked,

        /// <summary>The session has no credit.</summary>
        Parked,
    }

    /// <summary>What the peer lets the session send.</summary>
    public ref readonly SendCredit Credit => ref _credit;

    /// <summary>Whether a channel waits for its turn.</summary>
    public bool HasContent => !_scheduler.IsEmpty;

    /// <summary>Whether all of the session's own packets have arrived.</summary>
    public bool IsFlushed => _own.Sender.IsEmpty;

    /// <summary>Queues a packet of the session's own.</summary>
    public void Send(long now, PacketBuffer packet)
    {
        if (!_context.TakesMore)
        {
            _context.Events?.OnPacketDone(_context.Session, packet, PacketFate.Lost);
            return;
        }

        _context.Memory.OnMoved(now, packet.Length);
        _own.Sender.Enqueue(packet, long.MaxValue);
        Schedule(_own);
    }

    /// <summary>The channel has something to send.</summary>
    public void Schedule(PacketChannel channel)
    {
        _scheduler.Add(channel);
        _context.Touch();
    }

    /// <summary>The peer told of its limit for the session.</summary>
    public void Raise(long limit)
    {
        if (_credit.Raise(limit))
        {
            TryParkedAgain();
        }
    }

    /// <summary>Whoever waits for the session's credit looks again: there is more, or less of it is kept back.</summary>
    public void TryParkedAgain()
    {
        _isBlockedInFlight = false;
        _scheduler.Unpark();
    }

    /// <summary>Writes as much as fits.</summary>
    /// <param name="datagram">Where to.</param>
    /// <param name="streams">The session's; null if it has none.</param>
    public void Write(ref DatagramBuilder datagram, StreamSet? streams)
    {
        while (_scheduler.TryPeek(out var channel))
        {
            var before = datagram.Length;
            switch (WriteChannel(ref datagram, channel, streams))
            {
                case Turn.Full:
                    if (datagram.Length > before)
                    {
                        // It had what there was; the next datagram begins with the next channel.
                        _scheduler.Rotate();
                    }

                    return;
                case Turn.Over:
                    _scheduler.Rotate();
                    break;
                case Turn.Parked:
                    _scheduler.Park();
                    break;
                default:
                    _scheduler.RemoveFirst();
                    break;
            }
        }
    }

    /// <summary>Tells the peer, once, that a channel waits for the session's credit.</summary>
    public void WriteBlocked(ref DatagramBuilder datagram, StreamSet? streams)
    {
        if (!_isBlockedInFlight && _scheduler.TryPeekParked(out var channel))
        {
            var cost = channel.Sender.CostToStart;
            _isBlockedInFlight = StreamFrames.TryWriteBlocked(ref datagram, 0, _credit, cost + ReserveFor(channel, cost, streams));
            if (_isBlockedInFlight)
            {
                _context.Track(ref datagram, new SentFrame(this, SentFrameKind.Blocked));
            }
        }
    }

    void ISentFrameOwner.OnAcknowledged(long now, in SentFrame frame)
    {
        // A blocked is answered by the credit that comes with its ack; if that was not enough, the peer now knows what is wanted.
        if (frame.Kind != SentFrameKind.Data)
        {
            return;
        }

        _context.Memory.OnFinished(now, frame.Length);
        if (_own.Sender.TryAcknowledge(frame.Piece, out var packet))
        {
            _context.Events?.OnPacketDone(_context.Session, packet, PacketFate.Acknowledged);
        }
    }

    void ISentFrameOwner.OnLost(long now, in SentFrame frame)
    {
        if (frame.Kind == SentFrameKind.Data)
        {
            _own.Sender.OnLost(frame.Piece);
            Schedule(_own);
        }
        else
        {
            _isBlockedInFlight = false;
            _context.Touch();
        }
    }

    /// <summary>The session ended: nobody gets a turn any more, and what is left is lost.</summary>
    public void End()
    {
        _scheduler.Clear();
        while (_own.Sender.TryDrain(out var packet))
        {
            if (_context.Events is { } events)
            {
                events.OnPacketDone(_context.Session, packet, PacketFate.Lost);
            }
            else
            {
                packet.Release();
            }
        }
    }

    /// <summary>Gives memory back while nothing waits.</summary>
    public void Trim()
    {
        _own.Sender.Trim();
        _scheduler.Trim();
    }

    private Turn WriteChannel(ref DatagramBuilder datagram, PacketChannel channel, StreamSet? streams)
    {
        var start = datagram.Length;
        while (channel.Sender.TryPeekSkip(out var skipped))
        {
            if (!streams!.Transmission.TryWriteSkip(ref datagram, channel, skipped))
            {
                return Turn.Full;
            }

            channel.Sender.TakeSkip();
        }

        while (channel.Sender.TryPeekLost(out var piece))
        {
            if (!TryWritePiece(ref datagram, channel, streams, piece, out var written))
            {
                return Turn.Full;
            }

            channel.Sender.TakeLost(written);
            if (datagram.Length - start >= SendScheduler.Quantum)
            {
                return Turn.Over;
            }
        }

        return WriteNew(ref datagram, channel, streams, start);
    }

    private Turn WriteNew(ref DatagramBuilder datagram, PacketChannel channel, StreamSet? streams, int start)
    {
        while (channel.Sender.HasUnsent)
        {
            var cost = channel.Sender.CostToStart;
            if (channel.IsStream && !channel.SendCredit.Allows(cost))
            {
                return streams!.Transmission.TryWriteBlocked(ref datagram, channel, cost) ? Turn.Blocked : Turn.Full;
            }

            if (cost > 0 && !_credit.Allows(cost + ReserveFor(channel, cost, streams)))
            {
                return Turn.Parked;
            }

            if (channel.Sender.NextIsSkip)
            {
                if (!streams!.Transmission.TryWriteSkip(ref datagram, channel, channel.Sender.NextNumber))
                {
                    return Turn.Full;
                }

                Pay(channel, cost);
                channel.Sender.TakeNextAsSkip();
            }
            else if (channel.Sender.TryPeekNew(out var piece))
            {
                if (!TryWritePiece(ref datagram, channel, streams, piece, out var written))
                {
                    return Turn.Full;
                }

                Pay(channel, cost);
                if (channel.Sender.TakeNew(written))
                {
                    _context.Counters.PacketsSent++;
                    _context.Endpoint.Counters.PacketsSent++;
                }
            }

            if (datagram.Length - start >= SendScheduler.Quantum)
            {
                return Turn.Over;
            }
        }

        if (channel.IsStream)
        {
            streams!.Transmission.OnAllSent(channel);
        }

        return Turn.Done;
    }

    private void Pay(PacketChannel channel, long cost)
    {
        _credit.Use(cost);
        if (channel.IsStream)
        {
            channel.SendCredit.Use(cost);
        }
    }

    /// <summary>
    /// What the session's own channel leaves of the credit to streams: its packets have no other limit, and a peer whose application
    /// does not read them must still get its streams. Not for packets so large that they would never fit beside it.
    /// </summary>
    private long ReserveFor(PacketChannel channel, long cost, StreamSet? streams)
    {
        var initial = _context.Peer.InitialSessionCredit;
        var reserve = initial / 4;
        return !channel.IsStream && streams is { Count: > 0 } && cost + reserve <= initial ? reserve : 0;
    }

    /// <summary>Writes as much of a piece as fits; false if that is not worth a frame.</summary>
    private bool TryWritePiece(ref DatagramBuilder datagram, PacketChannel channel, StreamSet? streams, PacketPiece piece, out int written)
    {
        written = 0;
        if (channel.IsStream && !streams!.Transmission.TryWriteOpenAlong(ref datagram, channel, LeastPiece))
        {
            return false;
        }

        var packetLength = channel.Sender.LengthOf(piece.Number);
        var flags = channel.IsStream ? FrameFlags.Packet | FrameFlags.Stream : FrameFlags.Packet;
        var isWhole = piece.Length == packetLength && datagram.Room >= FrameWriter.Size(flags, packetLength);
        if (!isWhole)
        {
            flags |= FrameFlags.Fragment;
            var room = datagram.Room - FrameWriter.Prefix(flags);
            if (room < Math.Min(piece.Length, packetLength <= LargestUncut ? packetLength : LeastPiece))
            {
                return false;
            }

            piece = piece with { Length = Math.Min(piece.Length, room) };
            flags |= piece.Offset + piece.Length == packetLength ? FrameFlags.Fin : FrameFlags.None;
        }

        datagram.TryAdd(Opcode.Data, flags, channel.Id, (uint)piece.Number, (uint)piece.Offset, channel.Sender.Bytes(piece));
        _context.Track(
            ref datagram,
            new SentFrame(channel.IsStream ? streams!.Transmission : this, SentFrameKind.Data, channel, piece.Number, piece.Offset, piece.Length));
        written = piece.Length;
        return true;
    }
}
