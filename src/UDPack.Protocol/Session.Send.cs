using System.Buffers.Binary;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol;

/// <summary>Datagrams to send: what goes into them, and when.</summary>
internal sealed partial class Session
{
    private const int PingPayloadSize = PingRounds.PayloadSize;

    /// <summary>Between acks while the keys cannot be changed.</summary>
    private const long SparseAckInterval = 25_000;

    private PingRounds? _pings;
    private long _pacedUntil = long.MaxValue;
    private long _ackSentAt;
    private ContentKind _firstInTurn;

    private enum ContentKind : byte
    {
        Packets,
        Messages,
        Values,
    }

    private bool HasContent =>
        _pingDue || _pings is { HasUnsent: true } || _recovery.ProbesDue > 0 || _pongs.Count > 0 || !_scheduler.IsEmpty || !_messages.IsEmpty || HasValues || _streams is { Control.Count: > 0 };

    /// <summary>
    /// Whoever only acknowledges is never acknowledged (RFC 9000 §13.2.4), but needs to be now and then: to forget old ranges,
    /// and to move on to the next keys.
    /// </summary>
    private bool NeedsAcknowledgement =>
        _recovery.DatagramsInFlight == 0 && (_acks.ManyRanges || _ciphers.IsUpdateDue);

    /// <summary>The next keys are due, and the peer may not have heard of the present ones.</summary>
    private bool IsGenerationUsedUp => _ciphers.IsUpdateDue && !_recovery.HasAcknowledged(_ciphers.GenerationStart);

    /// <summary>
    /// What is left of a used-up generation is for probes and acks, which an outage however long takes few of. What is in flight brings the
    /// answer, or the next probe.
    /// </summary>
    private bool AwaitsKeyUpdate => IsGenerationUsedUp && _recovery.DatagramsInFlight > 0;

    /// <summary>Acks of a peer that sends fast would use it up within a round trip.</summary>
    private long AckDueAt => IsGenerationUsedUp ? Math.Max(_acks.Deadline, _ackSentAt + SparseAckInterval) : _acks.Deadline;

    /// <summary>Writes the next datagram that is due; false if none is.</summary>
    public bool TryWriteDatagram(long now, Span<byte> buffer, out int length, out NetworkPath path)
    {
        length = 0;
        path = Path;
        if (State == SessionState.Ready && UpdateKeys(now))
        {
            FinishClosing(now);
        }

        return State switch
        {
            SessionState.Ready => TryWriteChallenge(now, buffer, ref length, ref path)
                || TryWriteFrames(now, buffer, ref length)
                || TryWriteMtuProbe(now, buffer, ref length),
            SessionState.Close => TryWriteGoAway(now, buffer, out length),
            _ => false,
        };
    }

    private bool TryWriteFrames(long now, Span<byte> buffer, ref int length)
    {
        // Probes are of the size that every path carries: if it was the size that got lost, larger ones would only get lost again.
        var size = _recovery.ProbesDue > 0 ? DatagramSize : _mtu.Current;
        var datagram = new DatagramBuilder(buffer[..size], Id, _endpoint.Timestamp(now), DatagramSealer.Overhead);
        WriteFrames(now, ref datagram);
        if (datagram.IsEmpty)
        {
            return false;
        }

        length = Seal(now, buffer, ref datagram);
        if (datagram.ClearLength == ConfirmationClearLength)
        {
            Handshake?.OnConfirmationSent(now, Id, length);
        }

        return true;
    }

    private void WriteFrames(long now, ref DatagramBuilder datagram)
    {
        var probing = _recovery.ProbesDue > 0;
        var mayElicit = probing || MaySendNow(now);

        // Of two probes one goes without the confirmation: a server that was replaced meanwhile answers only that one.
        if (mayElicit && (_confirmationDue || (_recovery.ProbesDue > 1 && !_isServer && !_peerConfirmed)))
        {
            _confirmationDue = false;
            datagram.AddConfirmation();
            Track(ref datagram, new SentFrame(SentFrameKind.Confirmation));
        }

        var raiseCredit = mayElicit && !_creditRiseInFlight && (_creditRiseLost || OwesSessionCredit);
        if (AckDueAt <= now || raiseCredit || (_acks.HasNews && mayElicit && HasContent))
        {
            WriteAck(now, ref datagram);
        }

        if (raiseCredit && WritePing(now, ref datagram))
        {
            _creditRiseInFlight = true;
            _creditRiseLost = false;
            Track(ref datagram, new SentFrame(SentFrameKind.CreditRise));
        }

        // Not held back by a full window: an answer from a new address is what lets the peer say that anything arrived.
        WritePongs(ref datagram);
        if (!mayElicit)
        {
            return;
        }

        WriteContent(now, ref datagram);
        var onlyAcknowledges = !datagram.IsEmpty && !datagram.IsAckEliciting;
        if ((_pingDue || (!datagram.IsAckEliciting && probing) || (onlyAcknowledges && NeedsAcknowledgement)) && WritePing(now, ref datagram))
        {
            _pingDue = false;
        }

        if (!HasContent)
        {
            _recovery.OnAppLimited();
        }
    }

    /// <summary>Whether window and pacing let an ack-eliciting datagram leave; if pacing does not, the session asks to be called again.</summary>
    private bool MaySendNow(long now)
    {
        _pacedUntil = long.MaxValue;
        if (AwaitsKeyUpdate || !_recovery.CanSend(_mtu.Current))
        {
            return false;
        }

        var next = _recovery.NextSendAt(now);
        if (next <= now)
        {
            return true;
        }

        // Nothing waits for a turn that nobody wants.
        _pacedUntil = HasContent || _confirmationDue || OwesSessionCredit || _creditRiseLost ? next : long.MaxValue;
        return false;
    }

    private void WriteContent(long now, ref DatagramBuilder datagram)
    {
        _pings?.Write(now, ref datagram);
        WriteStreamControl(ref datagram);

        // In turns: none of a flood of messages, one of values and a bulk transfer may starve the others.
        _firstInTurn = _firstInTurn switch
        {
            ContentKind.Messages => ContentKind.Packets,
            ContentKind.Packets when HasValues => ContentKind.Values,
            _ => ContentKind.Messages,
        };
        switch (_firstInTurn)
        {
            case ContentKind.Messages:
                WriteMessages(ref datagram);
                WriteValues(ref datagram);
                WriteChannels(ref datagram);
                break;
            case ContentKind.Values:
                WriteValues(ref datagram);
                WriteChannels(ref datagram);
                WriteMessages(ref datagram);
                break;
            default:
                WriteChannels(ref datagram);
                WriteMessages(ref datagram);
                WriteValues(ref datagram);
                break;
        }

        WriteBlocked(ref datagram);
    }

    private void WriteAck(long now, ref DatagramBuilder datagram)
    {
        var flags = _window.PastHighWater ? FrameFlags.Slow : FrameFlags.None;
        if (!datagram.TryAddAck(flags, _acks.DelayMicros(now), _acks.Ranges, (ulong)_window.LimitToTell(CreditAhead)))
        {
            return;
        }

        _window.Advertise(CreditAhead);
        Track(ref datagram, new SentFrame(SentFrameKind.Ack, Number: (long)_acks.Largest));
        _acks.OnAckSent();
        _ackSentAt = now;
    }

    private void WritePongs(ref DatagramBuilder datagram)
    {
        while (_pongs.Count > 0 && datagram.TryAdd(Opcode.Pong, _pongs[0].Span))
        {
            _pongs[0].Release();
            _pongs.DropHead();
        }
    }

    private void WriteMessages(ref DatagramBuilder datagram)
    {
        while (_messages.TryPeek(out var message))
        {
            var flags = message.Label == 0 ? FrameFlags.None : PlaceFlags;
            if (datagram.TryAdd(Opcode.Datagram, flags, message.Label, (uint)message.Number, 0, message.Span))
            {
                _messages.Take();
                _counters.MessagesSent++;
                _endpoint.Counters.MessagesSent++;
            }
            else if (message.Length > LargestMessage(message))
            {
                // The path has become too narrow for it.
                _messages.DropOldest();
            }
            else
            {
                break;
            }
        }
    }

    /// <summary>Sends a ping and has the waiter told of the answer, however long it takes; not told when the session ends.</summary>
    public void Ping(IPingWaiter waiter)
    {
        if (State != SessionState.Close)
        {
            (_pings ??= new PingRounds()).Add(_endpoint.NextRandom(), waiter);
            _endpoint.Touch(this);
        }
    }

    /// <summary>Nobody waits for the answer any more.</summary>
    public void ForgetPing(IPingWaiter waiter) => _pings?.Remove(waiter);

    private int LargestMessage(PacketBuffer message) => message.Label == 0 ? MaxDatagramBytes : MaxSequencedBytes;

    private bool WritePing(long now, ref DatagramBuilder datagram)
    {
        Span<byte> payload = stackalloc byte[PingPayloadSize];
        BinaryPrimitives.WriteInt64BigEndian(payload, now);
        return datagram.TryAdd(Opcode.Ping, payload);
    }

    private void Track(ref DatagramBuilder datagram, in SentFrame frame)
    {
        _recovery.AddFrame(frame);
        datagram.TrackedFrames++;
    }

    /// <param name="now">The time.</param>
    /// <param name="buffer">Where the datagram was built.</param>
    /// <param name="datagram">What was built.</param>
    /// <param name="isPathProbe">Whether it tries something about the path, so that its loss says nothing about congestion.</param>
    private int Seal(long now, Span<byte> buffer, ref DatagramBuilder datagram, bool isPathProbe = false)
    {
        if (_ciphers.IsSkipDue)
        {
            _ciphers.LeaveOut(_recovery.OldestAwaited, _endpoint.NextRandom());
        }

        var sequence = _ciphers.NextSequence;
        var sealedLength = _ciphers.Seal(now, buffer, datagram.ClearLength, datagram.Length);
        if (datagram.IsAckEliciting)
        {
            _liveness.OnElicited(now);
            _recovery.ProbesDue = Math.Max(0, _recovery.ProbesDue - 1);
        }

        _recovery.OnSent(now, sequence, sealedLength, datagram.TrackedFrames, datagram.IsAckEliciting, isPathProbe);
        _counters.OnSent(sealedLength);
        return sealedLength;
    }

    /// <summary>Moves to the next key generation in time; ends the session if the peer never let it.</summary>
    private bool UpdateKeys(long now)
    {
        if (!_ciphers.IsUpdateDue)
        {
            return true;
        }

        if (_recovery.HasAcknowledged(_ciphers.GenerationStart))
        {
            _ciphers.Update();
            return true;
        }

        // As many probes and acks again without any acknowledgement: no peer that lives is that silent.
        if (!_ciphers.IsOverdue)
        {
            return true;
        }

        End(now, new SessionEnd(SessionEndCause.KeysExhausted, null, "the peer acknowledged nothing in a whole key generation", GoAwayReason.KeysExhausted), tellPeer: true);
        return false;
    }
}
