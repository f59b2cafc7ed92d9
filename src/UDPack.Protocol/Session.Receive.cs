using UDPack.Protocol.Crypto;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol;

internal sealed partial class Session
{
    private const int ConfirmationClearLength = FrameHeader.Size + 1;

    /// <summary>Takes a datagram whose first header names this session.</summary>
    public void OnDatagram(long now, in PeerAddress from, in FrameHeader header, Span<byte> datagram)
    {
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

        _holdsCiphers = true;
        _lastActivity = now;
        var result = _opener.TryOpen(datagram, clearLength, out var sequence, out var opened);
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

        if (_opener.AdvancedGeneration)
        {
            _dropPreviousKeysAt = now + (3 * _recovery.ProbeTimeout);
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
        _ackTaken = false;
        while (State == SessionState.Ready && reader.TryRead(out var frame) == FrameReadResult.Frame)
        {
            ackEliciting |= frame.IsAckEliciting;
            OnFrame(now, frame);
        }

        if (State == SessionState.Ready)
        {
            // The confirmation is acknowledged at once: the client sends it until it hears something.
            _acks.OnReceived(now, sequence, ackEliciting, immediately: header.Opcode == Opcode.Handshake, _maxAckDelay);
            DeliverInOrder();
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

        if (result == OpenResult.NotAuthentic && State == SessionState.Ready && _opener.FailedOpens >= CipherAlgorithms.IntegrityLimit(Algorithm))
        {
            End(now, new SessionEnd(SessionEndCause.KeysExhausted, Detail: "too many datagrams failed to verify"), tellPeer: true);
        }
    }

    private void OnVerified(long now, int length)
    {
        _datagramsReceived++;
        _bytesReceived += length;
        _idleSince = _keepAliveSince = now;
        _elicitedSinceReceive = false;
        ForgetHints();
        if (!_isServer)
        {
            _peerConfirmed = true;
            Handshake = null;
            _confirmationDue = false;
        }
    }

    private void OnFrame(long now, in Frame frame)
    {
        if (frame.HasStream)
        {
            // This side allows the peer no streams, and opens none.
            Fail(now, "a frame for a stream beyond the limit");
            return;
        }

        switch (frame.Opcode)
        {
            case Opcode.Data:
                OnPacket(now, frame);
                break;
            case Opcode.Ack when !_ackTaken:
                // The first one says it all; a datagram full of them would only cost.
                _ackTaken = true;
                OnAck(now, frame);
                break;
            case Opcode.Blocked:
                OnBlocked(now, frame.Payload);
                break;
            case Opcode.Ping:
                QueuePong(frame.Payload);
                break;
            case Opcode.GoAway:
                OnGoAway(now, frame.Payload);
                break;
            default:
                // A pong has done its work by being verified; an unreliable datagram may always be dropped.
                break;
        }
    }

    /// <summary>Answered with the credit as it is, and remembered until it is enough.</summary>
    private void OnBlocked(long now, ReadOnlySpan<byte> payload)
    {
        if (!VarInt.TryRead(ref payload, out _) || !VarInt.TryRead(ref payload, out var needed) || !payload.IsEmpty)
        {
            Fail(now, "malformed blocked");
            return;
        }

        _receiver.OnBlocked((long)needed);
        _acks.Force(now);
    }

    private void OnPacket(long now, in Frame frame)
    {
        if (frame.HasFragment || frame.Payload.Length > _largestAccepted)
        {
            Fail(now, "a packet larger than this side accepts");
            return;
        }

        switch (_receiver.Judge(frame.PacketId, frame.Payload.Length, out var number))
        {
            case ReceiveResult.CreditExceeded:
                Fail(now, "a packet beyond the session's credit");
                break;
            case ReceiveResult.Accepted:
                var buffer = _endpoint.Buffers.Rent(frame.Payload.Length);
                frame.Payload.CopyTo(buffer.Span);
                _receiver.Add(number, buffer);
                break;
            case ReceiveResult.Duplicate:
                break;
        }
    }

    private void DeliverInOrder()
    {
        while (State == SessionState.Ready && _receiver.TryTake(out var packet))
        {
            _packetsReceived++;
            _endpoint.Counters.PacketsReceived++;
            if (Events is { } events)
            {
                events.OnPacket(this, packet);
            }
            else
            {
                packet.Release();
            }
        }
    }

    private void OnAck(long now, in Frame frame)
    {
        if (!AckFrameReader.TryRead(frame.Payload, out var ack))
        {
            Fail(now, "malformed ack");
            return;
        }

        if (ack.Largest >= _sealer.NextSequence)
        {
            Fail(now, "an ack for a datagram that was never sent");
            return;
        }

        var lostBefore = _recovery.DatagramsLost;
        _peerIsSlow = frame.IsSlow;
        _recovery.OnAck(now, ref ack, _peerIsSlow);
        _endpoint.Counters.DatagramsLost += _recovery.DatagramsLost - lostBefore;

        if ((long)Math.Min(ack.SessionCredit, long.MaxValue) > _sender.CreditLimit)
        {
            _sender.RaiseCredit((long)Math.Min(ack.SessionCredit, long.MaxValue));
            _blockedInFlight = false;
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
