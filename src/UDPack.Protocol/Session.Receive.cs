using UDPack.Protocol.Crypto;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol;

internal sealed partial class Session
{
    /// <summary>The time of the call at hand, for what its parts report back.</summary>
    private long _now;

    private const int ConfirmationClearLength = FrameHeader.Size + 1;

    /// <summary>Takes a datagram whose first header names this session.</summary>
    public void OnDatagram(long now, in NetworkPath path, in FrameHeader header, Span<byte> datagram)
    {
        _now = now;
        var clearLength = header.Opcode == Opcode.Handshake ? ConfirmationClearLength : FrameHeader.Size;
        if (datagram.Length < clearLength + DatagramSealer.Overhead)
        {
            _endpoint.Counters.Drop(DropReason.Truncated);
            return;
        }

        // A confirmation's payload is its code, 0, and nothing else: checked before any crypto.
        if (header.Opcode == Opcode.Handshake && (header.PayloadLength != 1 || datagram[FrameHeader.Size] != (byte)HandshakeCode.Success))
        {
            _endpoint.Counters.Drop(DropReason.UnexpectedReply);
            return;
        }

        var result = _ciphers.TryOpen(now, datagram, clearLength, _recovery.ProbeTimeout, out var sequence, out var opened);
        if (result != OpenResult.Ok)
        {
            OnUnopened(now, result);
            return;
        }

        OnVerified(now, datagram.Length);
        if (State == SessionState.Close)
        {
            _endpoint.Counters.Drop(DropReason.SessionClosed);
            return;
        }

        if (State == SessionState.Open && path.Remote == RemoteAddress)
        {
            // Its handshake may have come to another of this side's addresses; nothing of the session left from there.
            Path = path;
        }

        if (path != Path)
        {
            OnOtherPath(now, path, sequence, datagram.Length);
        }
        else
        {
            OnKnownPath(sequence);
        }

        if (State == SessionState.Open)
        {
            State = SessionState.Ready;
            _endpoint.OnReady(now, this, datagram.Length);
        }

        var reader = header.Opcode == Opcode.Handshake
            ? FrameReader.AfterHandshake(Id, opened)
            : new FrameReader(header, opened);
        if (!reader.IsWellFormed())
        {
            Fail(now, "malformed frame");
            return;
        }

        var ackEliciting = header.Opcode == Opcode.Handshake;
        _ackTaken = _refusedData = false;
        while (State == SessionState.Ready && reader.TryRead(out var frame) == FrameReadResult.Frame)
        {
            ackEliciting |= frame.IsAckEliciting;
            OnFrame(now, path, sequence, frame);
        }

        if (State == SessionState.Ready && !_refusedData)
        {
            // The confirmation is acknowledged at once: the client sends it until it hears something.
            _acks.OnReceived(now, sequence, ackEliciting, immediately: header.Opcode == Opcode.Handshake, _maxAckDelay);
        }

        _endpoint.Touch(this);
    }

    private void OnUnopened(long now, OpenResult result)
    {
        _endpoint.Counters.Drop(result switch
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

        if (_ciphers.OnFailed(now))
        {
            _endpoint.Touch(this);
        }

        if (State == SessionState.Ready && _ciphers.FailedTooOften)
        {
            End(now, new SessionEnd(SessionEndCause.KeysExhausted, null, "too many datagrams failed to verify", GoAwayReason.KeysExhausted), tellPeer: true);
        }
    }

    private void OnVerified(long now, int length)
    {
        _counters.OnReceived(length);
        _liveness.OnVerified(now);
        _hints.Forget();
        if (!_isServer)
        {
            _peerConfirmed = true;
            Handshake = null;
            _confirmationDue = false;
        }
    }

    private void OnFrame(long now, in NetworkPath path, ulong sequence, in Frame frame)
    {
        if (frame.HasStream && frame.Opcode is not (Opcode.Datagram or Opcode.Latest))
        {
            OnStreamFrame(now, frame);
            return;
        }

        switch (frame.Opcode)
        {
            case Opcode.Data:
                OnData(now, _main, frame);
                break;
            case Opcode.Datagram:
                OnMessage(now, frame);
                break;
            case Opcode.Latest:
                OnValue(now, sequence, frame);
                break;
            case Opcode.Ack when !_ackTaken:
                // The first one says it all; a datagram full of them would only cost.
                _ackTaken = true;
                OnAck(now, frame);
                break;
            case Opcode.Blocked:
                OnBlocked(now, null, frame.Payload);
                break;
            case Opcode.Ping:
                QueuePong(frame.Payload);
                break;
            case Opcode.Pong:
                OnPong(now, path, frame.Payload);
                break;
            case Opcode.GoAway:
                OnGoAway(now, frame.Payload);
                break;
            default:
                break;
        }
    }

    private void OnMessage(long now, in Frame frame)
    {
        var place = 0L;
        if (frame.HasStream)
        {
            if (frame.StreamId is 0 or > ReceivedLanes.Last)
            {
                Fail(now, "a lane that does not exist");
                return;
            }

            if (!_lanes.TryAdvance(frame.StreamId, frame.PacketId, out place))
            {
                _counters.MessagesLate++;
                return;
            }
        }

        _counters.MessagesReceived++;
        _endpoint.Counters.MessagesReceived++;
        if (Events is not { } events)
        {
            return;
        }

        var message = _endpoint.Buffers.Rent(frame.Payload.Length);
        frame.Payload.CopyTo(message.Span);
        message.Label = frame.StreamId;
        message.Number = place;
        events.OnDatagram(this, message);
    }

    private void OnAck(long now, in Frame frame)
    {
        if (!AckFrameReader.TryRead(frame.Payload, out var ack))
        {
            Fail(now, "malformed ack");
            return;
        }

        if (ack.Largest >= _ciphers.NextSequence)
        {
            Fail(now, "an ack for a datagram that was never sent");
            return;
        }

        if (_ciphers.AreLeftOutNamedBy(ack))
        {
            Fail(now, "an ack for a number that was left out");
            return;
        }

        var lostBefore = _recovery.DatagramsLost;
        _recovery.OnAck(now, ref ack, frame.IsSlow);
        _endpoint.Counters.DatagramsLost += _recovery.DatagramsLost - lostBefore;

        if (_credit.Raise((long)ack.SessionCredit))
        {
            _blockedInFlight = false;
            _scheduler.Unpark();
        }
    }

    private void QueuePong(ReadOnlySpan<byte> payload)
    {
        if (_pongs.Count >= MaxQueuedPongs || payload.Length > LargestWholePacket)
        {
            return;
        }

        var buffer = _endpoint.Buffers.Rent(payload.Length);
        payload.CopyTo(buffer.Span);
        _pongs.Enqueue(buffer);
    }
}
