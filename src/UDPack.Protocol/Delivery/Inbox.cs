using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Delivery;

/// <summary>
/// Received packets of all channels: taken as far as credit and memory go, and counted until the application took them. Owns the session's credit for its
/// peer, and hands over the packets of the session's own channel.
/// </summary>
internal sealed class Inbox : ISentFrameOwner
{
    private readonly SessionContext _context;
    private readonly PacketChannel _own;
    private ReceiveCredit _window;
    private bool _isRiseInFlight;
    private bool _isRiseLost;
    private bool _stops;

    // Of all channels: places for packets that did not arrive, and for those that wait for them.
    private int _missing;
    private int _settled;

    /// <param name="context">The session's.</param>
    /// <param name="own">The channel that is no stream.</param>
    public Inbox(SessionContext context, PacketChannel own)
    {
        (_context, _own) = (context, own);
        LargestPacket = (int)Math.Min(Session.LargestPacket, context.Local.MaxPacketBytes);
        _window = new ReceiveCredit(context.Local.InitialSessionCredit, context.Options.MaxSessionWindow, Cost.Of(LargestPacket));
    }

    /// <summary>The largest packet that this side accepts.</summary>
    public int LargestPacket { get; }

    /// <summary>The session's credit, and how much of it is used.</summary>
    public ref readonly ReceiveCredit Window => ref _window;

    /// <summary>What waits in all streams for their applications.</summary>
    public long HeldByStreams { get; private set; }

    /// <summary>Part of the datagram at hand was not taken: it must not be acknowledged, so that it comes again.</summary>
    public bool HasRefused { get; set; }

    /// <summary>Whether <see cref="StopReceiving"/> has come to its end: all that was acknowledged was handed over, and nothing more is taken.</summary>
    public bool HasStopped => _stops && _own.Receiver.IsCaughtUp;

    /// <summary>Whether the peer is to be told of more credit.</summary>
    public bool OwesCredit => OwesRise || _isRiseLost;

    /// <summary>Whether a datagram of its own is to tell it.</summary>
    public bool MayRaise => !_isRiseInFlight && OwesCredit;

    private bool OwesRise => _window.OwesRise(Ahead);

    /// <summary>
    /// What may be ahead because streams hold it, as a slow reader of one must not stall the others, less what is kept although it was consumed.
    /// </summary>
    private long Ahead =>
        Math.Min(HeldByStreams, Math.Max(0, _context.Options.MaxSessionWindow - _window.Window)) - ((long)_settled * Cost.PerPacket);

    /// <summary>The limit to write into an ack.</summary>
    public long LimitToTell() => _window.LimitToTell(Ahead);

    /// <summary>That limit is written.</summary>
    public void Advertise() => _window.Advertise(Ahead);

    /// <summary>A rise is written, in a datagram that asks for an acknowledgement.</summary>
    public void OnRiseWritten(ref DatagramBuilder datagram)
    {
        (_isRiseInFlight, _isRiseLost) = (true, false);
        _context.Track(ref datagram, new SentFrame(this, SentFrameKind.CreditRise));
    }

    void ISentFrameOwner.OnAcknowledged(long now, in SentFrame frame) => _isRiseInFlight = false;

    // The peer may have nothing else in flight that would bring it another ack.
    void ISentFrameOwner.OnLost(long now, in SentFrame frame) => (_isRiseInFlight, _isRiseLost) = (false, true);

    /// <summary>
    /// No packet of the session's own is taken any more once nothing is missing before those that arrived, so that the peer gets no acknowledgement
    /// for what nobody will read. Until then they are: refused ones would tell the peer nothing, and it might never send what is missing. That ends
    /// even if it goes on sending, as it gets no more credit while nobody reads.
    /// </summary>
    public void StopReceiving() => _stops = true;

    /// <summary>Bytes of a packet of the session's own.</summary>
    public void OnData(long now, in Frame frame)
    {
        if (TryTake(now, _own, frame, out _))
        {
            HandOver();
            Book(_own);
        }
    }

    /// <summary>
    /// Takes bytes of a packet, if the session can; if the peer broke the rules with them, the session fails. What then is complete is the caller's to hand
    /// over, and the channel's books are to be entered after that.
    /// </summary>
    public bool TryTake(long now, PacketChannel channel, in Frame frame, out Arrival arrival)
    {
        arrival = default;
        var offset = frame.HasFragment ? frame.FragmentId : 0;
        var end = offset + (long)frame.Payload.Length;
        if (end > LargestPacket)
        {
            _context.Fail("a packet larger than this side accepts");
            return false;
        }

        var number = channel.Receiver.Expand(frame.PacketId);
        if (channel == _own && HasStopped && number >= channel.Receiver.NextNumber)
        {
            Refuse(DropReason.SessionClosed);
            return false;
        }

        if (!channel.Receiver.HasRoomFor(number, (int)end) && !_context.Memory.MayReceive(now, frame.Payload.Length))
        {
            Refuse(DropReason.MemoryUsedUp);
            return false;
        }

        var cost = channel.Receiver.CostOf(number, (int)end);
        if (cost > 0 && !CreditCovers(channel, number, cost))
        {
            _context.Fail("a packet beyond the credit");
            return false;
        }

        var before = channel.Receiver.Arrived;
        switch (channel.Receiver.Add(_context.Endpoint.Buffers, number, (int)offset, frame.Payload, isEnd: !frame.HasFragment || frame.IsFin))
        {
            case ReceiveResult.Accepted:
                Use(channel, cost);
                arrival = new Arrival(number, cost, channel.Receiver.Arrived - before);
                _context.Memory.OnMoved(now, arrival.Bytes);
                return true;
            case ReceiveResult.NotTaken:
                HasRefused = true;
                return false;
            case ReceiveResult.Inconsistent:
                _context.Fail("a packet that contradicts what came before");
                return false;
            default:
                return false;
        }
    }

    /// <summary>Whether there is credit for so much of a packet, and for all packets that must have been paid for before it.</summary>
    public bool CreditCovers(PacketChannel channel, long number, long cost)
    {
        var missing = channel.Receiver.LeastCostOfMissing(number);
        return _window.Covers(cost + missing + ((_missing - channel.Booked.Missing) * (long)Cost.PerPacket))
            && (!channel.IsStream || channel.ReceiveCredit.Covers(cost + missing));
    }

    /// <summary>Counts credit as used.</summary>
    public void Use(PacketChannel channel, long cost)
    {
        _window.Use(cost);
        if (channel.IsStream)
        {
            channel.ReceiveCredit.Use(cost);
            HeldByStreams += cost;
        }
    }

    /// <summary>The application took so much of a channel, or it will never come.</summary>
    public void Consume(long now, PacketChannel channel, long cost)
    {
        var roundTrip = _context.Recovery.Rtt.Smoothed;
        if (channel.IsStream)
        {
            channel.ReceiveCredit.Consume(now, cost, roundTrip);
            HeldByStreams -= cost;
        }

        _window.Consume(now, cost, roundTrip);
        _context.Memory.OnFinished(now, cost);
        if (OwesRise)
        {
            _context.Touch();
        }
    }

    /// <summary>Enters what the channel keeps into the session's books.</summary>
    public void Book(PacketChannel channel)
    {
        if (_context.IsOver)
        {
            // All is released.
            return;
        }

        var books = new ReceiverBooks(channel.Receiver.Memory, channel.Receiver.Missing, channel.Receiver.Settled);
        _missing += books.Missing - channel.Booked.Missing;
        _settled += books.Settled - channel.Booked.Settled;
        if (books.Memory != channel.Booked.Memory)
        {
            _context.Memory.AddWaiting(books.Memory - channel.Booked.Memory);
        }

        channel.Booked = books;
    }

    /// <summary>Counts a packet that is handed over.</summary>
    public void Count(PacketBuffer packet, long number)
    {
        packet.Number = number;
        _context.Counters.PacketsReceived++;
        _context.Endpoint.Counters.PacketsReceived++;
    }

    /// <summary>The application took packets of the session's own.</summary>
    public void OnConsumed(long now, in Taken taken)
    {
        if (_context.IsReady)
        {
            Consume(now, _own, taken.Cost);
        }

        _context.Memory.Return(taken.Memory);
    }

    /// <summary>The peer waits for the session's credit: what it wants is remembered until it is enough. True: it is to be answered with the credit as it is.</summary>
    public bool OnBlocked(ReadOnlySpan<byte> payload)
    {
        if (!BlockedFrame.TryRead(payload, out var needed))
        {
            _context.Fail("malformed blocked");
            return false;
        }

        _window.OnBlocked(needed);
        _context.Events?.OnPeerBlocked(_context.Session);
        return true;
    }

    private void HandOver()
    {
        while (_context.IsReady && _own.Receiver.TryTake(out var number, out var packet))
        {
            Count(packet!, number);
            if (_context.Events is { } events)
            {
                _context.Memory.AddDelivered(packet!.Memory);
                events.OnPacket(_context.Session, packet!);
            }
            else
            {
                packet!.Release();
            }
        }
    }

    private void Refuse(DropReason reason)
    {
        _context.Endpoint.Counters.Drop(reason);
        HasRefused = true;
    }
}

/// <summary>What of a packet arrived: of which one, what it cost, and how many bytes were not here before.</summary>
internal readonly record struct Arrival(long Number, long Cost, long Bytes)
{
    /// <summary>What of the cost is not only promised.</summary>
    public long CostOfBytes => Cost == 0 ? Bytes : Math.Min(Cost, Bytes + Delivery.Cost.PerPacket);
}
