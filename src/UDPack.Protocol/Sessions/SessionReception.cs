using UDPack.Protocol.Crypto;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Keys;
using UDPack.Protocol.Paths;

namespace UDPack.Protocol.Sessions;

/// <summary>A session's received datagrams: opened, checked, and led to the parts frame by frame.</summary>
internal sealed class SessionReception(
    SessionContext context,
    SessionCiphers ciphers,
    SessionPath path,
    PingTraffic pings,
    Inbox inbox,
    Outbox outbox,
    MessageTraffic messages,
    ValueTraffic values,
    SessionTimers timers)
{
    private bool _ackTaken;

    /// <summary>Takes a datagram whose first header names this session.</summary>
    public void OnDatagram(long now, in NetworkPath from, in FrameHeader header, Span<byte> datagram)
    {
        var isConfirmation = header.Opcode == Opcode.Handshake;
        var clearLength = isConfirmation ? Session.ConfirmationClearLength : FrameHeader.Size;
        if (datagram.Length < clearLength + DatagramSealer.Overhead)
        {
            Drop(DropReason.Truncated);
            return;
        }

        // A confirmation's payload is its code, 0, and nothing else: checked before any crypto.
        if (isConfirmation && (header.PayloadLength != 1 || datagram[FrameHeader.Size] != (byte)HandshakeCode.Success))
        {
            Drop(DropReason.UnexpectedReply);
            return;
        }

        var result = ciphers.TryOpen(now, datagram, clearLength, context.Recovery.ProbeTimeout, out var sequence, out var opened);
        if (result != OpenResult.Ok)
        {
            OnUnopened(now, result);
            return;
        }

        context.Session.OnPeerHeard(now, datagram.Length);
        if (context.IsOver)
        {
            Drop(DropReason.SessionClosed);
            return;
        }

        OnVerified(now, from, sequence, datagram.Length);
        var reader = isConfirmation ? FrameReader.AfterHandshake(context.Session.Id, opened) : new FrameReader(header, opened);
        if (reader.IsWellFormed())
        {
            OnFrames(now, from, sequence, ref reader, isConfirmation);
        }
        else
        {
            context.Fail("malformed frame");
        }

        if (context.Failure is { } finding && !context.IsOver)
        {
            Drop(DropReason.ProtocolError);
            context.Session.End(now, new SessionEnd(SessionEndCause.ProtocolError, Detail: finding, Reason: GoAwayReason.ProtocolError), tellPeer: true);
        }

        context.Touch();
    }

    private void OnUnopened(long now, OpenResult result)
    {
        Drop(result switch
        {
            OpenResult.Replayed => DropReason.Replayed,
            OpenResult.UnknownGeneration => DropReason.UnknownKeyGeneration,
            OpenResult.NotAuthentic => DropReason.NotAuthentic,
            _ => DropReason.Truncated,
        });

        if (result != OpenResult.NotAuthentic)
        {
            return;
        }

        if (ciphers.OnFailed(now))
        {
            context.Touch();
        }

        if (context.IsReady && ciphers.FailedTooOften)
        {
            context.Session.End(now, SessionEnd.TooManyForgeries, tellPeer: true);
        }
    }

    /// <summary>A datagram verified: where it came from, and whether it is the one that makes the session READY.</summary>
    private void OnVerified(long now, in NetworkPath from, ulong sequence, int length)
    {
        if (context.State == SessionState.Open && from.Remote == path.Current.Remote)
        {
            path.Adopt(from);
        }

        var isNewest = sequence == ciphers.LargestReceived;
        if (from != path.Current)
        {
            pings.IsDue |= path.OnOtherPath(now, from, isNewest, length);
        }
        else if (isNewest)
        {
            path.OnKnownPath();
        }

        if (context.State == SessionState.Open)
        {
            context.State = SessionState.Ready;
            context.Endpoint.OnReady(now, context.Session, length);
        }
    }

    private void OnFrames(long now, in NetworkPath from, ulong sequence, ref FrameReader reader, bool isConfirmation)
    {
        var ackEliciting = isConfirmation;
        _ackTaken = inbox.HasRefused = false;
        while (context is { IsReady: true, Failure: null } && reader.TryRead(out var frame) == FrameReadResult.Frame)
        {
            ackEliciting |= frame.IsAckEliciting;
            OnFrame(now, from, sequence, frame);
        }

        if (context is { IsReady: true, Failure: null } && !inbox.HasRefused)
        {
            // The confirmation is acknowledged at once: the client sends it until it hears something.
            context.Acks.OnReceived(now, sequence, ackEliciting, immediately: isConfirmation, context.Local.MaxAckDelayMicros);
        }
    }

    private void OnFrame(long now, in NetworkPath from, ulong sequence, in Frame frame)
    {
        if (frame.HasStream && frame.Opcode is not (Opcode.Datagram or Opcode.Latest))
        {
            context.Session.MakeStreams().OnFrame(now, frame);
            return;
        }

        switch (frame.Opcode)
        {
            case Opcode.Data:
                inbox.OnData(now, frame);
                break;
            case Opcode.Datagram:
                messages.OnFrame(frame);
                break;
            case Opcode.Latest:
                inbox.HasRefused |= !values.OnFrame(now, sequence, frame);
                break;
            case Opcode.Ack when !_ackTaken:
                // The first one says it all; a datagram full of them would only cost.
                _ackTaken = true;
                OnAck(now, frame);
                break;
            case Opcode.Blocked:
                if (inbox.OnBlocked(frame.Payload))
                {
                    context.Acks.Force(now);
                }

                break;
            case Opcode.Ping:
                pings.OnPing(frame.Payload);
                break;
            case Opcode.Pong:
                OnPong(now, from, frame.Payload);
                break;
            case Opcode.GoAway:
                OnGoAway(now, frame.Payload);
                break;
            default:
                break;
        }
    }

    private void OnAck(long now, in Frame frame)
    {
        if (!AckFrameReader.TryRead(frame.Payload, out var ack))
        {
            context.Fail("malformed ack");
            return;
        }

        if (ack.Largest >= ciphers.NextSequence)
        {
            context.Fail("an ack for a datagram that was never sent");
            return;
        }

        if (ciphers.AreLeftOutNamedBy(ack))
        {
            context.Fail("an ack for a number that was left out");
            return;
        }

        ref var recovery = ref context.Recovery;
        var lostBefore = recovery.DatagramsLost;
        recovery.OnAck(now, ref ack, frame.IsSlow);
        context.Endpoint.Counters.DatagramsLost += recovery.DatagramsLost - lostBefore;
        timers.Settle(now);
        outbox.Raise((long)ack.SessionCredit);
    }

    private void OnPong(long now, in NetworkPath from, ReadOnlySpan<byte> payload)
    {
        var before = path.Current;
        if (!path.TryMove(now, from, payload))
        {
            pings.OnPong(now, payload);
            return;
        }

        // What was sent meanwhile went nowhere: say what arrived, and ask what did not.
        context.Acks.Force(now);
        context.Recovery.RepeatOldest();
        context.Recovery.ProbesDue = Math.Max(1, context.Recovery.ProbesDue);
        timers.Settle(now);
        if (before.Remote != from.Remote)
        {
            context.Endpoint.OnMoved(now, context.Session, before.Remote);
        }

        if (context.IsReady)
        {
            context.Events?.OnPeerMoved(context.Session);
        }
    }

    private void OnGoAway(long now, ReadOnlySpan<byte> payload)
    {
        if (GoAwayFrame.TryRead(payload, out var frame))
        {
            context.Session.End(now, SessionEnd.FromPeer(frame), tellPeer: false);
        }
        else
        {
            context.Fail("malformed goaway");
        }
    }

    private void Drop(DropReason reason) => context.Endpoint.Counters.Drop(reason);
}
