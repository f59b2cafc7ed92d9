using UDPack.Protocol.Collections;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Streams;

/// <summary>What is written for streams, their packets aside, and what becomes of all that was.</summary>
internal sealed class StreamTransmission(SessionContext context, StreamSet streams, Outbox outbox) : ISentFrameOwner
{
    /// <summary>Marks a closestream that aborts among the sent frames.</summary>
    private const long AbortMark = 1;

    /// <summary>Streams with frames to write.</summary>
    private RingQueue<PacketChannel> _queue;

    /// <summary>Whether frames wait to be written that are no packets.</summary>
    public bool HasContent => _queue.Count > 0;

    /// <summary>Has a frame about a stream written.</summary>
    public void Queue(PacketChannel stream, StreamControl due)
    {
        stream.Due |= due;
        if (!stream.IsControlQueued)
        {
            stream.IsControlQueued = true;
            _queue.Enqueue(stream);
        }

        context.Touch();
    }

    /// <summary>All packets of a stream are on their way: if nothing follows, the peer is to be told.</summary>
    public void OnAllSent(PacketChannel stream)
    {
        if (stream.SendState == SendState.Finishing && !stream.Sender.HasUnsent)
        {
            Queue(stream, StreamControl.Close);
        }
    }

    /// <summary>Writes the frames that wait, as far as there is room.</summary>
    public void Write(ref DatagramBuilder datagram)
    {
        while (_queue.Count > 0 && TryWriteControl(ref datagram, _queue[0]))
        {
            _queue[0].IsControlQueued = false;
            _queue.DropHead();
        }
    }

    /// <summary>
    /// Until the peer is known to have it, openstream goes along with the stream's data: a lost one holds up nothing, as
    /// every datagram tells all that is needed to deliver it.
    /// </summary>
    public bool TryWriteOpenAlong(ref DatagramBuilder datagram, PacketChannel stream, int leastRoomAfter = 0)
    {
        if (!stream.IsLocal || stream.IsOpenAcknowledged || stream.OpenWrittenIn == datagram.Number)
        {
            return true;
        }

        // Room for both, or the datagram would end with an openstream again and again.
        return datagram.Room >= (2 * FrameHeader.Size) + leastRoomAfter && TryWriteOpen(ref datagram, stream);
    }

    public bool TryWriteSkip(ref DatagramBuilder datagram, PacketChannel stream, long number)
    {
        if (!TryWriteOpenAlong(ref datagram, stream) || !StreamFrames.TryWriteSkip(ref datagram, stream, number))
        {
            return false;
        }

        Track(ref datagram, SentFrameKind.Skip, stream, number);
        return true;
    }

    /// <summary>Tells the peer, once, that a stream waits for its credit; false if the datagram has no room.</summary>
    public bool TryWriteBlocked(ref DatagramBuilder datagram, PacketChannel stream, long cost)
    {
        if (!stream.IsBlockedToldToPeer && StreamFrames.TryWriteBlocked(ref datagram, stream.Id, stream.SendCredit, cost))
        {
            stream.IsBlockedToldToPeer = true;
            Track(ref datagram, SentFrameKind.Blocked, stream);
        }

        return stream.IsBlockedToldToPeer;
    }

    void ISentFrameOwner.OnAcknowledged(long now, in SentFrame frame)
    {
        var stream = frame.Channel!;
        switch (frame.Kind)
        {
            case SentFrameKind.Data:
                context.Memory.OnFinished(now, frame.Length);
                if (stream.Sender.TryAcknowledge(frame.Piece, out var packet))
                {
                    stream.Events!.OnPacketDone(stream, packet, PacketFate.Acknowledged);
                    streams.Check(stream);
                }

                break;
            case SentFrameKind.Skip:
                stream.Sender.OnSkipAcknowledged(frame.Number);
                streams.Check(stream);
                break;
            case SentFrameKind.OpenStream:
                stream.IsOpenAcknowledged = true;
                break;
            case SentFrameKind.CloseStream:
                // The end of a direction that was given up meanwhile is not what is waited for.
                stream.Advance(frame.Number == AbortMark ? SendEvent.AbortAcknowledged : SendEvent.EndAcknowledged);
                streams.Check(stream);
                break;
            default:
                // A blocked is answered by the credit that comes back; if that was not enough, the peer now knows what is wanted.
                break;
        }
    }

    void ISentFrameOwner.OnLost(long now, in SentFrame frame)
    {
        var stream = frame.Channel!;
        switch (frame.Kind)
        {
            case SentFrameKind.Data:
                stream.Sender.OnLost(frame.Piece);
                outbox.Schedule(stream);
                break;
            case SentFrameKind.Skip:
                stream.Sender.OnSkipLost(frame.Number);
                outbox.Schedule(stream);
                break;
            case SentFrameKind.Blocked:
                stream.IsBlockedToldToPeer = false;
                outbox.Schedule(stream);
                break;
            case SentFrameKind.OpenStream when !stream.IsOpenAcknowledged:
                Queue(stream, StreamControl.Open);
                break;
            case SentFrameKind.StreamOpen:
                Queue(stream, StreamControl.Accept);
                break;
            case SentFrameKind.CloseStream when stream.SendState is not (SendState.EndAcknowledged or SendState.Finished or SendState.Aborted):
                Queue(stream, StreamControl.Close);
                break;
            case SentFrameKind.StreamCredit when !stream.ReadsAreDone:
                Queue(stream, StreamControl.Credit);
                break;
            default:
                break;
        }
    }

    private void Track(ref DatagramBuilder datagram, SentFrameKind kind, PacketChannel stream, long number = 0) =>
        context.Track(ref datagram, new SentFrame(this, kind, stream, number));

    private bool TryWriteOpen(ref DatagramBuilder datagram, PacketChannel stream)
    {
        if (!StreamFrames.TryWriteOpen(ref datagram, stream))
        {
            return false;
        }

        stream.OpenWrittenIn = datagram.Number;
        stream.Due &= ~StreamControl.Open;
        Track(ref datagram, SentFrameKind.OpenStream, stream);
        return true;
    }

    /// <summary>Writes what is due for a stream, one frame at a time; false if the datagram is full.</summary>
    private bool TryWriteControl(ref DatagramBuilder datagram, PacketChannel stream)
    {
        if ((stream.Due & StreamControl.Open) != 0 && stream.OpenWrittenIn != datagram.Number && !TryWriteOpen(ref datagram, stream))
        {
            return false;
        }

        if ((stream.Due & StreamControl.Accept) != 0)
        {
            if (!StreamFrames.TryWriteAccept(ref datagram, stream))
            {
                return false;
            }

            Track(ref datagram, SentFrameKind.StreamOpen, stream);
        }

        stream.Due &= StreamControl.Close | StreamControl.Credit;
        if ((stream.Due & StreamControl.Credit) != 0 && !TryWriteCredit(ref datagram, stream))
        {
            return false;
        }

        stream.Due &= StreamControl.Close;
        if (stream.Due != 0 && !stream.IsAbortHeld && !TryWriteClose(ref datagram, stream))
        {
            return false;
        }

        stream.Due = StreamControl.None;
        return true;
    }

    private bool TryWriteCredit(ref DatagramBuilder datagram, PacketChannel stream)
    {
        if (stream.IsRemoved || stream.ReadsAreDone)
        {
            return true;
        }

        var limit = stream.ReceiveCredit.LimitToTell(stream.CreditKept);
        if (!StreamFrames.TryWriteCredit(ref datagram, stream, limit))
        {
            return false;
        }

        stream.ReceiveCredit.Advertise(stream.CreditKept);
        Track(ref datagram, SentFrameKind.StreamCredit, stream, limit);
        return true;
    }

    private bool TryWriteClose(ref DatagramBuilder datagram, PacketChannel stream)
    {
        var isAbort = stream.IsAborting;
        if (!(isAbort ? StreamFrames.TryWriteAbort(ref datagram, stream) : StreamFrames.TryWriteEnd(ref datagram, stream)))
        {
            return false;
        }

        stream.HasSaidAll = true;
        stream.Advance(isAbort ? SendEvent.AbortWritten : SendEvent.EndWritten);
        Track(ref datagram, SentFrameKind.CloseStream, stream, isAbort ? AbortMark : 0);
        streams.Check(stream);
        return true;
    }
}
