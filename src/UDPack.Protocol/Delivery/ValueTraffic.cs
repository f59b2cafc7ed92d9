using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Delivery;

/// <summary>Values of keys, of which only the newest counts, both ways. The tables are made when they are needed.</summary>
internal sealed class ValueTraffic(SessionContext context) : ISentFrameOwner
{
    private OutgoingValues? _outgoing;
    private IncomingValues? _incoming;

    /// <summary>What values that the application did not take are known to hold.</summary>
    private long _held;

    /// <summary>Whether a value waits to be written.</summary>
    public bool HasContent => _outgoing is { } values && values.TryPeek(out _);

    /// <summary>Whether the newest of every key is acknowledged.</summary>
    public bool IsFlushed => _outgoing is null or { Count: 0 };

    /// <summary>How many values were replaced by newer ones before they arrived.</summary>
    public long Replaced => _outgoing?.Replaced ?? 0;

    /// <summary>Those to send; null if there never were any.</summary>
    public OutgoingValues? Outgoing => _outgoing;

    /// <summary>What is known of those that arrived; null if none ever did.</summary>
    public IncomingValues? Incoming => _incoming;

    /// <summary>
    /// Queues the newest value of a key, the buffer's <see cref="PacketBuffer.Label"/>, in the place of an older one; this side owns the buffer, which counts as
    /// being sent already (<see cref="SessionMemory.AddSending"/>). At most <see cref="OutgoingValues.MaxKeys"/> keys may wait: <see cref="ISessionEvents.OnValueDone"/> tells when one does not any more.
    /// </summary>
    public void Send(PacketBuffer value)
    {
        if (!context.TakesMore || value.Length > Session.LargestValue)
        {
            context.Memory.ReleaseSending(value);
            return;
        }

        (_outgoing ??= new OutgoingValues(context.Endpoint.Hash, context.Memory)).Put(value);
        context.Touch();
    }

    /// <summary>The application took values of so many bytes: only that is progress, as a peer can replace its own values for ever.</summary>
    public void OnTaken(long now, long bytes)
    {
        Account();
        context.Memory.OnMoved(now, bytes);
    }

    /// <summary>Notes what waits of values now.</summary>
    public void Account()
    {
        var held = context.Events?.ValuesHeld ?? 0;
        if (held > _held)
        {
            context.Memory.AddDelivered(held - _held);
        }
        else
        {
            context.Memory.Return(_held - held);
        }

        _held = held;
    }

    /// <summary>Writes as many as fit.</summary>
    public void Write(ref DatagramBuilder datagram)
    {
        while (_outgoing is { } values && values.TryPeek(out var value)
            && datagram.TryAdd(Opcode.Latest, FrameFlags.Stream | FrameFlags.Packet, value.Label, (uint)value.Number, 0, value.Span))
        {
            values.Take();
            context.Track(ref datagram, new SentFrame(this, SentFrameKind.Latest, Number: value.Number, Offset: unchecked((int)value.Label)));
            context.Counters.ValuesSent++;
        }
    }

    /// <summary>A value arrived. False: it is not taken, and must not be acknowledged, so that it comes again.</summary>
    public bool OnFrame(long now, ulong sequence, in Frame frame)
    {
        if (frame.Payload.Length > Session.LargestValue)
        {
            context.Fail("a value larger than values may be");
            return false;
        }

        var values = _incoming ??= new IncomingValues(context.Endpoint.Hash);
        var news = values.Judge(frame.StreamId, frame.PacketId, sequence);
        if (news == ValueNews.Old)
        {
            return true;
        }

        // Before anything else: what the application took meanwhile makes room.
        Account();
        if (news == ValueNews.Unclear || context.Events is not { } events || !context.Memory.MayReceive(now, frame.Payload.Length) || !TryHandOver(events, frame))
        {
            context.Endpoint.Counters.Drop(DropReason.ValueNotTaken);
            return false;
        }

        values.Accept(frame.StreamId, frame.PacketId, sequence);
        context.Counters.ValuesReceived++;
        Account();
        return true;
    }

    void ISentFrameOwner.OnAcknowledged(long now, in SentFrame frame)
    {
        var key = unchecked((uint)frame.Offset);
        if (_outgoing!.TryAcknowledge(key, (uint)frame.Number))
        {
            context.Events?.OnValueDone(context.Session, key);
        }
    }

    void ISentFrameOwner.OnLost(long now, in SentFrame frame) => _outgoing!.OnLost(unchecked((uint)frame.Offset), (uint)frame.Number);

    /// <summary>A probe leaves, and no value waits: what the oldest datagram carried may have been replaced.</summary>
    public void RepeatOldest()
    {
        if (!HasContent)
        {
            _outgoing?.RepeatOldest();
        }
    }

    /// <summary>The session ended.</summary>
    public void Clear() => _outgoing?.Clear();

    /// <summary>Gives memory back while nothing waits.</summary>
    public void Trim()
    {
        Account();
        _outgoing?.Trim();
        _incoming?.Trim();
    }

    private bool TryHandOver(ISessionEvents events, in Frame frame)
    {
        var value = context.Endpoint.Buffers.Rent(frame.Payload.Length);
        frame.Payload.CopyTo(value.Span);
        value.Label = frame.StreamId;
        value.IsValue = true;
        if (events.TryTakeValue(context.Session, value))
        {
            return true;
        }

        value.Release();
        return false;
    }
}
