using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Streams;

/// <summary>What the peer's frames do to streams.</summary>
internal sealed class StreamReception(SessionContext context, StreamSet streams, StreamTable table, Inbox inbox, Outbox outbox)
{
    /// <summary>A frame about a stream.</summary>
    public void OnFrame(long now, in Frame frame)
    {
        switch (table.Find(frame.StreamId, out var stream))
        {
            case StreamLookup.New when OpenRemoteUpTo(frame.StreamId):
                table.Find(frame.StreamId, out stream);
                break;
            case StreamLookup.Found:
                break;
            case StreamLookup.Invalid:
                context.Fail("a frame for a stream that nobody opened");
                return;
            default:
                // Late, or beyond the limit and reported as such.
                return;
        }

        if (stream.IsPeerAborted)
        {
            // What was overtaken by the abort is settled with it; only whether the peer has our end still counts, and an ack tells that.
            return;
        }

        switch (frame.Opcode)
        {
            case Opcode.Data:
                OnData(now, stream, frame);
                break;
            case Opcode.Skip:
                OnSkip(now, stream, frame);
                break;
            case Opcode.Blocked:
                OnBlocked(stream, frame.Payload);
                break;
            case Opcode.Ack:
                OnCredit(stream, frame.Payload);
                break;
            case Opcode.OpenStream:
                OnOpen(now, stream, frame.Payload);
                break;
            case Opcode.StreamOpen:
                OnAccepted(stream, frame.Payload);
                break;
            case Opcode.CloseStream when frame.HasPacket:
                OnEnd(stream, frame);
                break;
            case Opcode.CloseStream:
                OnAbort(now, stream, frame.Payload);
                break;
            default:
                break;
        }
    }

    /// <summary>A frame for a higher id opens it and all lower ones (as RFC 9000 §3.2 has it).</summary>
    private bool OpenRemoteUpTo(uint id)
    {
        while (table.RemoteMayOpen && table.TryTakeRemoteId(id, out var next))
        {
            streams.AddRemote(next);
            if (next == id)
            {
                return true;
            }
        }

        context.Fail("a stream beyond the limit");
        return false;
    }

    private void OnData(long now, PacketChannel stream, in Frame frame)
    {
        if (inbox.TryTake(now, stream, frame, out var arrival))
        {
            Deliver(now, stream, arrival.Number);
            inbox.Book(stream);
            LetGrow(now, stream, arrival.CostOfBytes);
        }
    }

    /// <summary>The sender gave a packet up: it counts like the packet it stands for, and as taken at once.</summary>
    private void OnSkip(long now, PacketChannel stream, in Frame frame)
    {
        var payload = frame.Payload;
        if (!VarInt.TryRead(ref payload, out var length) || !payload.IsEmpty || length > (ulong)inbox.LargestPacket)
        {
            context.Fail("malformed skip");
            return;
        }

        var number = stream.Receiver.Expand(frame.PacketId);
        var cost = stream.Receiver.CostOf(number, (int)length);
        if (!inbox.CreditCovers(stream, number, cost))
        {
            context.Fail("a packet beyond the credit");
            return;
        }

        switch (stream.Receiver.Skip(number, (int)length))
        {
            case ReceiveResult.Accepted:
                inbox.Use(stream, cost);
                streams.Consume(now, stream, Cost.Of((int)length));
                Deliver(now, stream, number);
                inbox.Book(stream);
                break;
            case ReceiveResult.Inconsistent:
                context.Fail("a packet that contradicts what came before");
                break;
            default:
                break;
        }
    }

    /// <summary>Answered with the credit as it is, and remembered until it is enough.</summary>
    private void OnBlocked(PacketChannel stream, ReadOnlySpan<byte> payload)
    {
        if (!BlockedFrame.TryRead(payload, out var needed))
        {
            context.Fail("malformed blocked");
            return;
        }

        stream.ReceiveCredit.OnBlocked(needed);
        if (!stream.EndIsReported)
        {
            stream.Events?.OnPeerBlocked(stream);
        }

        streams.Transmission.Queue(stream, StreamControl.Credit);
    }

    private void OnCredit(PacketChannel stream, ReadOnlySpan<byte> payload)
    {
        if (!VarInt.TryRead(ref payload, out var limit) || !payload.IsEmpty)
        {
            context.Fail("malformed stream credit");
        }
        else if (stream.SendCredit.Raise((long)limit))
        {
            stream.IsBlockedToldToPeer = false;
            outbox.Schedule(stream);
        }
    }

    private void OnOpen(long now, PacketChannel stream, ReadOnlySpan<byte> payload)
    {
        if (stream.IsLocal || !StreamFrames.TryReadOpen(payload, out var mode))
        {
            context.Fail("malformed openstream");
            return;
        }

        if (stream.IsOpen)
        {
            if (stream.Mode != mode)
            {
                context.Fail("an openstream that contradicts an earlier one");
            }

            return;
        }

        (stream.IsOpen, stream.Mode) = (true, mode);
        context.Endpoint.Counters.StreamsOpened++;
        context.Events!.OnStreamOpened(context.Session, stream);
        Deliver(now, stream, changed: 0);
        inbox.Book(stream);
    }

    private void OnAccepted(PacketChannel stream, ReadOnlySpan<byte> payload)
    {
        if (!stream.IsLocal || !payload.IsEmpty)
        {
            context.Fail("malformed streamopen");
        }
        else if (!stream.IsAccepted)
        {
            stream.IsAccepted = true;
            if (!stream.EndIsReported)
            {
                stream.Events!.OnAccepted(stream);
            }
        }
    }

    private void OnEnd(PacketChannel stream, in Frame frame)
    {
        if (!frame.Payload.IsEmpty || !stream.Receiver.TrySetFinal(stream.Receiver.Expand(frame.PacketId)))
        {
            context.Fail("malformed closestream");
            return;
        }

        stream.Advance(ReceiveEvent.End);
        CompleteReads(stream);
        streams.Check(stream);
    }

    private void OnAbort(long now, PacketChannel stream, ReadOnlySpan<byte> payload)
    {
        if (!StreamFrames.TryReadAbort(payload, out var code, out var total))
        {
            context.Fail("malformed closestream");
            return;
        }

        // What it sent and will never arrive counts as taken, or the session's credit would leak away.
        var missing = total - stream.ReceiveCredit.Used;
        if (missing < 0 || !inbox.Window.Covers(missing) || !stream.ReceiveCredit.Covers(missing))
        {
            context.Fail("an abort that contradicts the credit");
            return;
        }

        inbox.Use(stream, missing);
        streams.Consume(now, stream, stream.ReceiveCredit.Held);
        stream.Advance(ReceiveEvent.Abort);
        stream.Receiver.Clear();
        inbox.Book(stream);
        if (stream.DeliveredMemory > 0)
        {
            context.Memory.AddDelivered(-stream.DeliveredMemory);
            stream.DeliveredMemory = 0;
        }

        var mustSay = !stream.IsAborting && !stream.WritesAreDone;
        StreamSet.End(stream, new StreamEnd(StreamEndCause.AbortedByPeer, code));
        if (mustSay)
        {
            stream.Advance(SendEvent.Abort);
            stream.AbortCode = code;
            streams.QueueAbort(now, stream);
        }

        streams.Check(stream);
    }

    /// <summary>Hands over what is complete and has its turn.</summary>
    private void Deliver(long now, PacketChannel stream, long changed)
    {
        if (!stream.IsOpen)
        {
            // Without its openstream nobody knows how to deliver; that is on its way.
            return;
        }

        if (stream.Mode == DeliveryMode.Unordered)
        {
            DeliverEarly(now, stream, changed);
        }

        while (context.IsReady && stream.Receiver.TryTake(out var number, out var packet))
        {
            if (packet is not null)
            {
                HandOver(now, stream, packet, number);
            }
            else if (!stream.EndIsReported)
            {
                stream.Events!.OnPacketSkipped(stream, number);
            }
        }

        CompleteReads(stream);
    }

    private void DeliverEarly(long now, PacketChannel stream, long changed)
    {
        // 0 stands for all: what came before the openstream.
        var (first, last) = changed > 0 ? (changed, changed) : (stream.Receiver.NextNumber, stream.Receiver.LastPlace);
        for (var number = first; number <= last; number++)
        {
            if (stream.Receiver.TryTakeEarly(number, out var packet))
            {
                HandOver(now, stream, packet!, number);
            }
        }
    }

    private void HandOver(long now, PacketChannel stream, PacketBuffer packet, long number)
    {
        inbox.Count(packet, number);
        var taken = Taken.Of(packet);
        if (stream.EndIsReported)
        {
            packet.Release();
            streams.Consume(now, stream, taken.Cost);
            return;
        }

        stream.DeliveredUnconsumed += taken.Cost;
        stream.DeliveredMemory += taken.Memory;
        context.Memory.AddDelivered(taken.Memory);
        stream.Events!.OnPacket(stream, packet);
    }

    private void CompleteReads(PacketChannel stream)
    {
        if (!stream.IsOpen || !stream.Receiver.IsFinished || !stream.Advance(ReceiveEvent.AllDelivered))
        {
            return;
        }

        if (!stream.EndIsReported)
        {
            stream.Events!.OnReadsCompleted(stream);
        }

        streams.Check(stream);
    }

    private void LetGrow(long now, PacketChannel stream, long arrived)
    {
        // Not while nobody knows how to deliver what arrives.
        if (!stream.IsOpen || stream.ReadsAreDone)
        {
            return;
        }

        stream.ReceiveCredit.OnArrival(now, arrived, stream.DeliveredUnconsumed, context.Recovery.Rtt.Smoothed);
        if (stream.ReceiveCredit.OwesRise(stream.CreditKept))
        {
            streams.Transmission.Queue(stream, StreamControl.Credit);
        }
    }
}
