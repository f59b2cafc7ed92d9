using System.Buffers.Binary;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol;

/// <summary>Received frames about streams.</summary>
internal sealed partial class Session
{
    private void OnStreamFrame(long now, in Frame frame)
    {
        switch (Streams.Find(frame.StreamId, out var stream))
        {
            case StreamLookup.New when OpenRemoteStreams(now, frame.StreamId):
                Streams.Find(frame.StreamId, out stream);
                break;
            case StreamLookup.Found:
                break;
            case StreamLookup.Invalid:
                Fail(now, "a frame for a stream that nobody opened");
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
                OnBlocked(now, stream, frame.Payload);
                break;
            case Opcode.Ack:
                OnStreamCredit(now, stream, frame.Payload);
                break;
            case Opcode.OpenStream:
                OnOpenStream(now, stream, frame.Payload);
                break;
            case Opcode.StreamOpen:
                OnStreamOpen(now, stream, frame.Payload);
                break;
            case Opcode.CloseStream:
                OnCloseStream(now, stream, frame);
                break;
            default:
                break;
        }
    }

    /// <summary>A frame for a higher id opens it and all lower ones (as RFC 9000 §3.2 has it).</summary>
    private bool OpenRemoteStreams(long now, uint id)
    {
        while (Streams.RemoteMayOpen && Streams.TryTakeRemoteId(id, out var next))
        {
            Streams.Add(new StreamChannel(this, next, isLocal: false, _peer.InitialStreamCredit, NewStreamWindow()));
            if (next == id)
            {
                return true;
            }
        }

        Fail(now, "a stream beyond the limit");
        return false;
    }

    private void OnOpenStream(long now, StreamChannel stream, ReadOnlySpan<byte> payload)
    {
        if (stream.IsLocal || payload.Length > 1 || (payload.Length == 1 && payload[0] is not ((byte)DeliveryMode.Unordered or (byte)DeliveryMode.Deadline)))
        {
            Fail(now, "malformed openstream");
            return;
        }

        var mode = payload.IsEmpty ? DeliveryMode.Ordered : (DeliveryMode)payload[0];
        if (stream.IsOpen)
        {
            if (stream.Mode != mode)
            {
                Fail(now, "an openstream that contradicts an earlier one");
            }

            return;
        }

        stream.IsOpen = true;
        stream.Mode = mode;
        if (stream.IsPeerAborted)
        {
            // Over before the application could see it.
            return;
        }

        _endpoint.Counters.StreamsOpened++;
        Events!.OnStreamOpened(this, stream);
        DeliverStream(now, stream, changed: 0);
        Book(stream);
    }

    private void OnStreamOpen(long now, StreamChannel stream, ReadOnlySpan<byte> payload)
    {
        if (!stream.IsLocal || !payload.IsEmpty)
        {
            Fail(now, "malformed streamopen");
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

    private void DeliverStream(long now, StreamChannel stream, long changed)
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

        while (State == SessionState.Ready && stream.Receiver.TryTake(out var number, out var packet))
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

        if (stream.Receiver.IsFinished)
        {
            OnReadsDone(stream);
        }
    }

    private void DeliverEarly(long now, StreamChannel stream, long changed)
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

    private void HandOver(long now, StreamChannel stream, PacketBuffer packet, long number)
    {
        CountReceived(packet, number);
        var taken = Taken.Of(packet);
        if (stream.EndIsReported)
        {
            packet.Release();
            Consume(now, stream, taken.Cost);
            return;
        }

        stream.DeliveredUnconsumed += taken.Cost;
        stream.DeliveredMemory += taken.Memory;
        Memory.AddDelivered(taken.Memory);
        stream.Events!.OnPacket(stream, packet);
    }

    private void OnReadsDone(StreamChannel stream)
    {
        if (stream is { ReadsAreReported: false, EndIsReported: false })
        {
            stream.ReadsAreReported = true;
            stream.Events!.OnReadsCompleted(stream);
        }

        CheckStream(stream);
    }

    private void OnSkip(long now, StreamChannel stream, in Frame frame)
    {
        var payload = frame.Payload;
        if (!VarInt.TryRead(ref payload, out var length) || !payload.IsEmpty || length > (ulong)_largestAccepted)
        {
            Fail(now, "malformed skip");
            return;
        }

        // It counts like the packet it stands for, and as taken at once.
        var number = stream.Receiver.Expand(frame.PacketId);
        var cost = stream.Receiver.CostOf(number, (int)length);
        if (!CreditCovers(stream, number, cost))
        {
            Fail(now, "a packet beyond the credit");
            return;
        }

        switch (stream.Receiver.Skip(number, (int)length))
        {
            case ReceiveResult.Accepted:
                UseCredit(stream, cost);
                Consume(now, stream, Cost.Of((int)length));
                DeliverStream(now, stream, number);
                Book(stream);
                break;
            case ReceiveResult.Inconsistent:
                Fail(now, "a packet that contradicts what came before");
                break;
            default:
                break;
        }
    }

    private void OnStreamCredit(long now, StreamChannel stream, ReadOnlySpan<byte> payload)
    {
        if (!VarInt.TryRead(ref payload, out var limit) || !payload.IsEmpty)
        {
            Fail(now, "malformed stream credit");
        }
        else if (stream.SendCredit.Raise((long)limit))
        {
            stream.IsBlockedToldToPeer = false;
            Schedule(stream);
        }
    }

    private void OnCloseStream(long now, StreamChannel stream, in Frame frame)
    {
        if (frame.HasPacket)
        {
            if (!frame.Payload.IsEmpty || !stream.Receiver.TrySetFinal(stream.Receiver.Expand(frame.PacketId)))
            {
                Fail(now, "malformed closestream");
                return;
            }

            stream.IsPeerCloseReceived = true;
            if (stream.IsOpen && stream.Receiver.IsFinished)
            {
                OnReadsDone(stream);
            }

            CheckStream(stream);
            return;
        }

        var payload = frame.Payload;
        if (payload.Length < sizeof(ushort))
        {
            Fail(now, "malformed closestream");
            return;
        }

        var code = BinaryPrimitives.ReadUInt16BigEndian(payload);
        payload = payload[sizeof(ushort)..];
        if (!VarInt.TryRead(ref payload, out var total) || !payload.IsEmpty)
        {
            Fail(now, "malformed closestream");
            return;
        }

        OnPeerAbort(now, stream, code, (long)total);
    }

    private void OnPeerAbort(long now, StreamChannel stream, ushort code, long total)
    {
        if (stream.IsPeerAborted)
        {
            return;
        }

        // What it sent and will never arrive counts as taken, or the session's credit would leak away.
        var missing = total - stream.ReceiveCredit.Used;
        if (missing < 0 || !_window.Covers(missing) || !stream.ReceiveCredit.Covers(missing))
        {
            Fail(now, "an abort that contradicts the credit");
            return;
        }

        UseCredit(stream, missing);
        Consume(now, stream, stream.ReceiveCredit.Held);
        var writesWereDone = stream.WritesAreDone;
        stream.IsPeerAborted = stream.IsPeerCloseReceived = true;
        stream.Receiver.Clear();
        Book(stream);
        if (stream.DeliveredMemory > 0)
        {
            Memory.AddDelivered(-stream.DeliveredMemory);
            stream.DeliveredMemory = 0;
        }

        EndStream(stream, new StreamEnd(StreamEndCause.AbortedByPeer, code));
        if (!stream.IsAborted && !writesWereDone)
        {
            stream.AbortCode = code;
            QueueAbort(now, stream);
        }

        CheckStream(stream);
    }

    private void OnCloseAcknowledged(StreamChannel stream, bool isAbort)
    {
        // The end of a direction that was aborted meanwhile is not what is waited for.
        if (isAbort == (stream.IsAborted || stream.IsPeerAborted))
        {
            stream.IsCloseAcknowledged = true;
        }

        CheckStream(stream);
    }
}
