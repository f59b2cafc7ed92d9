using UDPack.Protocol.Collections;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Streams;

/// <summary>
/// A session's streams: opens, closes and gives them up, and reports what becomes of them. What the peer's frames do to them is in
/// <see cref="StreamReception"/>, what is written for them and its fate in <see cref="StreamTransmission"/>. Made with the first stream, as most sessions
/// of devices have none.
/// </summary>
internal sealed class StreamSet
{
    private readonly SessionContext _context;
    private readonly Inbox _inbox;
    private readonly Outbox _outbox;
    private readonly StreamTable _table;
    private readonly StreamReception _reception;

    /// <summary>Aborts of streams the peer opened that have to wait.</summary>
    private RingQueue<PacketChannel> _heldAborts;
    private AbortRate _aborts;
    private long _heldAbortsAt = long.MaxValue;
    private long _expiryAt = long.MaxValue;

    public StreamSet(SessionContext context, Inbox inbox, Outbox outbox)
    {
        (_context, _inbox, _outbox) = (context, inbox, outbox);
        _table = new StreamTable(context.IsServer, context.Peer.MaxStreams, context.Local.MaxStreams, context.Endpoint.Hash);
        _aborts = new AbortRate(context.Local.MaxStreams);
        _reception = new StreamReception(context, this, _table, inbox, outbox);
        Transmission = new StreamTransmission(context, this, outbox);
    }

    public int Count => _table.Count;

    /// <summary>All that are kept.</summary>
    public Dictionary<uint, PacketChannel>.ValueCollection All => _table.All;

    /// <summary>Who opened which, and how many are open.</summary>
    public StreamTable Table => _table;

    /// <summary>What is written for them.</summary>
    public StreamTransmission Transmission { get; }

    /// <summary>When <see cref="OnTimer"/> has something to do.</summary>
    public long Deadline => Math.Min(_expiryAt, _heldAbortsAt);

    /// <summary>Whether everything accepted has arrived, for a graceful end.</summary>
    public bool IsFlushed
    {
        get
        {
            foreach (var stream in _table.All)
            {
                var owesEnd = stream.SendState is SendState.Finishing or SendState.EndSent or SendState.AbortDue or SendState.AbortSent;
                if (!stream.Sender.IsEmpty || (owesEnd && !stream.IsPeerAborted))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>A frame about a stream.</summary>
    public void OnFrame(long now, in Frame frame) => _reception.OnFrame(now, frame);

    /// <summary>Opens a stream; its first packet may be sent at once. False while as many are open as the peer allows.</summary>
    public bool TryOpen(in StreamSettings settings, IStreamEvents events, out PacketChannel stream)
    {
        if (!_context.TakesMore || !_table.CanOpen)
        {
            stream = null!;
            return false;
        }

        stream = new PacketChannel(this, _table.TakeLocalId(), isLocal: true, new SendCredit(_context.Peer.InitialStreamCredit), NewWindow())
        {
            Priority = settings.Priority,
            Events = events,
            Mode = settings.Mode,
            DeadlineMicros = settings.Mode == DeliveryMode.Deadline ? settings.DeadlineMicros : long.MaxValue,
            IsOpen = true,
        };
        _table.Add(stream);
        _context.Endpoint.Counters.StreamsOpened++;
        Transmission.Queue(stream, StreamControl.Open);
        return true;
    }

    /// <summary>A stream that the peer opened: its openstream, which may come later, says how packets are handed over.</summary>
    public void AddRemote(uint id) => _table.Add(
        new PacketChannel(this, id, isLocal: false, new SendCredit(_context.Peer.InitialStreamCredit), NewWindow()));

    public void Send(long now, PacketChannel stream, PacketBuffer packet)
    {
        if (!_context.TakesMore || !stream.IsWritable)
        {
            stream.Events!.OnPacketDone(stream, packet, PacketFate.Lost);
            return;
        }

        var deadline = stream.DeadlineMicros >= long.MaxValue - now ? long.MaxValue : now + stream.DeadlineMicros;
        _context.Memory.OnMoved(now, packet.Length);
        stream.Sender.Enqueue(packet, deadline);
        _expiryAt = Math.Min(_expiryAt, deadline);
        _outbox.Schedule(stream);
    }

    public void Finish(PacketChannel stream)
    {
        if (!_context.IsOver && stream.IsWritable && stream.Advance(SendEvent.Finish))
        {
            Transmission.OnAllSent(stream);
        }
    }

    public void Abort(long now, PacketChannel stream, ushort code)
    {
        if (_context.IsOver || stream.IsAborting || stream.IsPeerAborted || stream.IsRemoved)
        {
            return;
        }

        if (stream.DeliveredUnconsumed > 0)
        {
            // Nobody will take it any more.
            OnConsumed(now, stream, new Taken(stream.DeliveredUnconsumed, stream.DeliveredMemory));
        }

        stream.Advance(SendEvent.Abort);
        stream.AbortCode = code;
        End(stream, new StreamEnd(StreamEndCause.Aborted, code));
        QueueAbort(now, stream);
        Check(stream);
    }

    public void Accept(PacketChannel stream)
    {
        if (_context.IsReady && !stream.IsRemoved && !stream.IsPeerAborted)
        {
            Transmission.Queue(stream, StreamControl.Accept);
        }
    }

    public void OnConsumed(long now, PacketChannel stream, in Taken taken)
    {
        // After an abort everything counts as consumed already.
        if (stream.IsAborting || stream.IsPeerAborted)
        {
            return;
        }

        stream.DeliveredUnconsumed -= taken.Cost;
        stream.DeliveredMemory -= taken.Memory;
        _context.Memory.Return(taken.Memory);
        if (_context.IsReady)
        {
            Consume(now, stream, taken.Cost);
        }
    }

    /// <summary>The application took so much of a stream, or it will never come.</summary>
    public void Consume(long now, PacketChannel stream, long cost)
    {
        _inbox.Consume(now, stream, cost);
        if (!stream.ReadsAreDone && stream.ReceiveCredit.OwesRise(stream.CreditKept))
        {
            Transmission.Queue(stream, StreamControl.Credit);
        }
    }

    /// <summary>
    /// Has an abort written, now or when its turn comes: of streams that the peer opened they leave no faster than <see cref="AbortRate"/> lets them. Until
    /// then the stream keeps its place among the peer's.
    /// </summary>
    public void QueueAbort(long now, PacketChannel stream)
    {
        if (stream.IsLocal || stream.HasSaidAll || (_heldAbortsAt == long.MaxValue && _aborts.TryTake(now)))
        {
            Transmission.Queue(stream, StreamControl.Close);
            return;
        }

        _context.Endpoint.Counters.StreamAbortsHeldBack++;
        stream.IsAbortHeld = true;
        _heldAborts.Enqueue(stream);
        _heldAbortsAt = _aborts.NextAt;
        _context.Touch();
    }

    public void OnTimer(long now)
    {
        if (now >= _expiryAt)
        {
            Expire(now);
        }

        if (now >= _heldAbortsAt)
        {
            ReleaseAborts(now);
        }
    }

    /// <summary>The session ended, and all streams with it.</summary>
    public void EndAll()
    {
        foreach (var stream in _table.All)
        {
            End(stream, new StreamEnd(StreamEndCause.SessionEnded));
            stream.Receiver.Clear();
        }
    }

    /// <summary>Tells the application side, once, and lets go of what was to be sent.</summary>
    public static void End(PacketChannel stream, in StreamEnd end)
    {
        if (!stream.EndIsReported)
        {
            stream.EndIsReported = true;
            stream.Events?.OnEnded(stream, end);
        }

        while (stream.Sender.TryDrain(out var packet))
        {
            stream.Events!.OnPacketDone(stream, packet, PacketFate.Lost);
        }
    }

    /// <summary>Whatever changed about a stream: reports what is complete, frees its slot, forgets it when both sides are done.</summary>
    public void Check(PacketChannel stream)
    {
        if (stream.IsRemoved)
        {
            return;
        }

        if (stream.SendState == SendState.EndAcknowledged && stream.Sender.IsEmpty)
        {
            stream.Advance(SendEvent.AllAcknowledged);
            if (!stream.EndIsReported)
            {
                stream.Events!.OnWritesCompleted(stream);
            }
        }

        // The opener waits until the peer knows all; the peer, who must not count longer than the opener, only until it said all.
        var isClosed = stream.ReceiveState != ReceiveState.Receiving && (stream.IsLocal ? stream.WritesAreDone : stream.HasSaidAll);
        if (stream.HoldsSlot && isClosed)
        {
            _table.FreeSlot(stream);
            if (stream.IsLocal)
            {
                _context.Events?.OnStreamSlotFree(_context.Session);
            }
        }

        if (stream.WritesAreDone && stream.ReadsAreDone)
        {
            _table.Remove(stream);
            End(stream, new StreamEnd(StreamEndCause.Completed));
            if (_table.Count == 0)
            {
                // Nothing is kept back for streams any more.
                _outbox.TryParkedAgain();
            }
        }
    }

    private ReceiveCredit NewWindow() => new(_context.Local.InitialStreamCredit, _context.Options.MaxStreamWindow, Cost.Of(_inbox.LargestPacket));

    /// <summary>Gives up packets of streams with a deadline.</summary>
    private void Expire(long now)
    {
        _expiryAt = long.MaxValue;
        foreach (var stream in _table.All)
        {
            while (stream.Sender.TryExpire(now, out var packet))
            {
                stream.Events!.OnPacketDone(stream, packet, PacketFate.Expired);
                _outbox.Schedule(stream);
                Transmission.OnAllSent(stream);
            }

            _expiryAt = Math.Min(_expiryAt, stream.Sender.Deadline);
        }
    }

    private void ReleaseAborts(long now)
    {
        _heldAbortsAt = long.MaxValue;
        while (_heldAborts.TryPeek(out var stream))
        {
            if (!_aborts.TryTake(now))
            {
                _heldAbortsAt = _aborts.NextAt;
                return;
            }

            _heldAborts.DropHead();
            stream.IsAbortHeld = false;
            Transmission.Queue(stream, StreamControl.Close);
        }
    }
}
