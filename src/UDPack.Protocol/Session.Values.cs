using UDPack.Protocol.Collections;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol;

/// <summary>Where only the newest counts: values of keys, and messages in sequence.</summary>
internal sealed partial class Session
{
    private const FrameFlags PlaceFlags = FrameFlags.Stream | FrameFlags.Packet;

    /// <summary>The ids that say where a sequenced message or a value belongs.</summary>
    public const int PlaceSize = 2 * sizeof(uint);

    /// <summary>The largest value: it must fit whatever becomes of the path while it waits.</summary>
    public const int LargestValue = DatagramSize - FrameHeader.Size - PlaceSize - DatagramSealer.Overhead;

    // Made when they are needed.
    private OutgoingValues? _outgoingValues;
    private IncomingValues? _incomingValues;
    private ReceivedLanes _lanes;

    /// <summary>What values that the application did not take are known to hold.</summary>
    private long _valuesHeld;

    /// <summary>For tables whose keys the peer chooses.</summary>
    internal TableHash TableHash => _endpoint.Hash;

    private bool HasValues => _outgoingValues is { } values && values.TryPeek(out _);

    /// <summary>
    /// Queues the newest value of a key, the buffer's <see cref="PacketBuffer.Label"/>, in the place of an older one; the session owns the buffer. At most
    /// <see cref="OutgoingValues.MaxKeys"/> keys may wait: <see cref="ISessionEvents.OnValueDone"/> tells when one does not any more.
    /// </summary>
    public void SendLatest(long now, PacketBuffer value)
    {
        if (State == SessionState.Close || _close.IsMade || value.Length > LargestValue)
        {
            value.Release();
            return;
        }

        (_outgoingValues ??= new OutgoingValues(_endpoint.Hash, Memory)).Put(value);
        _endpoint.Touch(this);
    }

    /// <summary>The application took values of so many bytes: only that is progress, as a peer can replace its own values for ever.</summary>
    public void OnValuesTaken(long now, long bytes)
    {
        AccountValues();
        Memory.OnMoved(now, bytes);
    }

    /// <summary>Notes what waits of values now.</summary>
    public void AccountValues()
    {
        var held = Events?.ValuesHeld ?? 0;
        if (held > _valuesHeld)
        {
            Memory.AddDelivered(held - _valuesHeld);
        }
        else
        {
            Memory.Return(_valuesHeld - held);
        }

        _valuesHeld = held;
    }

    private void WriteValues(ref DatagramBuilder datagram)
    {
        while (_outgoingValues is { } values && values.TryPeek(out var value)
            && datagram.TryAdd(Opcode.Latest, PlaceFlags, value.Label, (uint)value.Number, 0, value.Span))
        {
            values.Take();
            Track(ref datagram, new SentFrame(SentFrameKind.Latest, Number: value.Number, Offset: unchecked((int)value.Label)));
            _counters.ValuesSent++;
        }
    }

    private void OnValue(long now, ulong sequence, in Frame frame)
    {
        if (frame.Payload.Length > LargestValue)
        {
            Fail(now, "a value larger than values may be");
            return;
        }

        var values = _incomingValues ??= new IncomingValues(_endpoint.Hash);
        var news = values.Judge(frame.StreamId, frame.PacketId, sequence);
        if (news == ValueNews.Old)
        {
            return;
        }

        // Before anything else: what the application took meanwhile makes room.
        AccountValues();
        if (news == ValueNews.Unclear || Events is not { } events || !Memory.MayReceive(now, frame.Payload.Length) || !TryHandOver(events, frame))
        {
            _endpoint.Counters.Drop(DropReason.ValueNotTaken);
            _refusedData = true;
            return;
        }

        values.Accept(frame.StreamId, frame.PacketId, sequence);
        _counters.ValuesReceived++;
        AccountValues();
    }

    private bool TryHandOver(ISessionEvents events, in Frame frame)
    {
        var value = _endpoint.Buffers.Rent(frame.Payload.Length);
        frame.Payload.CopyTo(value.Span);
        value.Label = frame.StreamId;
        value.IsValue = true;
        if (events.TryTakeValue(this, value))
        {
            return true;
        }

        value.Release();
        return false;
    }

    private void OnValueAcknowledged(in SentFrame frame)
    {
        var key = unchecked((uint)frame.Offset);
        if (_outgoingValues!.TryAcknowledge(key, (uint)frame.Number))
        {
            Events?.OnValueDone(this, key);
        }
    }

    private void TrimValues(long now)
    {
        AccountValues();
        _outgoingValues?.Trim();
        _incomingValues?.Trim();
        Events?.OnResting(this);
    }
}
