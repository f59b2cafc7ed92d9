using System.Buffers.Binary;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol;

internal sealed partial class Session
{
    /// <summary>A ping carries something: one without payload would be too short to be answered for an unknown session.</summary>
    private const int PingPayloadSize = 8;

    /// <summary>Writes the next datagram that is due; false if none is.</summary>
    public bool TryWriteDatagram(long now, Span<byte> buffer, out int length)
    {
        length = 0;
        if (State == SessionState.Close)
        {
            return TryWriteGoAway(now, buffer, out length);
        }

        if (State != SessionState.Ready || !UpdateKeys(now))
        {
            return State == SessionState.Close && TryWriteGoAway(now, buffer, out length);
        }

        FinishClosing(now);
        if (State == SessionState.Close)
        {
            return TryWriteGoAway(now, buffer, out length);
        }

        var datagram = new DatagramBuilder(buffer[..DatagramSize], Id, _endpoint.Timestamp(now), DatagramSealer.Overhead);
        WriteFrames(now, ref datagram);
        if (datagram.IsEmpty)
        {
            return false;
        }

        length = Seal(now, buffer, datagram.ClearLength, datagram.Length, datagram.TrackedFrames, datagram.IsAckEliciting);
        if (datagram.ClearLength == ConfirmationClearLength)
        {
            Handshake?.OnConfirmationSent(now, Id, length);
        }

        return true;
    }

    private void WriteFrames(long now, ref DatagramBuilder datagram)
    {
        var probing = _recovery.ProbesDue > 0;
        var mayElicit = probing || _recovery.CanSend(DatagramSize);

        // Of two probes one goes without the confirmation: a server that was replaced meanwhile answers only that one.
        if (mayElicit && (_confirmationDue || (_recovery.ProbesDue > 1 && !_isServer && !_peerConfirmed)))
        {
            _confirmationDue = false;
            datagram.AddConfirmation();
            Track(ref datagram, SentFrameKind.Confirmation);
        }

        var raiseCredit = mayElicit && (_receiver.OwesCredit || _creditRiseLost) && !_creditRiseInFlight;
        if (_acks.Deadline <= now || raiseCredit || (_acks.HasNews && mayElicit && HasContent))
        {
            WriteAck(now, ref datagram);
        }

        if (raiseCredit && WritePing(now, ref datagram))
        {
            _creditRiseInFlight = true;
            _creditRiseLost = false;
            Track(ref datagram, SentFrameKind.CreditRise);
        }

        if (!mayElicit)
        {
            return;
        }

        WritePongs(ref datagram);
        WritePackets(ref datagram);
        WriteBlocked(ref datagram);
        if (_pingDue || (probing && !datagram.IsAckEliciting && !WriteOldestAgain(ref datagram)))
        {
            if (WritePing(now, ref datagram))
            {
                _pingDue = false;
            }
        }
    }

    private bool HasContent =>
        _pingDue || _recovery.ProbesDue > 0 || _pongs.Count > 0 || _sender.HasLost || _sender.CanStart || (_sender.IsBlocked && !_blockedInFlight);

    private void WriteAck(long now, ref DatagramBuilder datagram)
    {
        var flags = _receiver.PastHighWater ? FrameFlags.Slow : FrameFlags.None;
        var credit = (ulong)_receiver.CurrentLimit;
        if (!datagram.TryAddAck(flags, _acks.DelayMicros(now), _acks.Ranges, credit))
        {
            return;
        }

        _receiver.Advertise();
        Track(ref datagram, SentFrameKind.Ack, _acks.Largest);
        _acks.OnAckSent();
    }

    private void WritePongs(ref DatagramBuilder datagram)
    {
        while (_pongs.Count > 0 && datagram.TryAdd(Opcode.Pong, _pongs[0].Span))
        {
            _pongs[0].Release();
            _pongs.DropHead();
        }
    }

    private void WritePackets(ref DatagramBuilder datagram)
    {
        while (_sender.TryPeekLost(out var number, out var packet) && datagram.TryAddPacket((uint)number, packet.Span))
        {
            _sender.TakeLost();
            Track(ref datagram, SentFrameKind.Packet, (ulong)number);
        }

        while (_sender.TryPeekNew(out var number, out var packet) && datagram.TryAddPacket((uint)number, packet.Span))
        {
            _sender.TakeNew();
            _packetsSent++;
            _endpoint.Counters.PacketsSent++;
            Track(ref datagram, SentFrameKind.Packet, (ulong)number);
        }
    }

    private void WriteBlocked(ref DatagramBuilder datagram)
    {
        if (!_sender.IsBlocked || _blockedInFlight)
        {
            return;
        }

        Span<byte> payload = stackalloc byte[2 * VarInt.MaxLength];
        var length = VarInt.Write(payload, (ulong)_sender.CreditLimit);
        length += VarInt.Write(payload[length..], (ulong)_sender.CreditNeeded);
        if (datagram.TryAdd(Opcode.Blocked, payload[..length]))
        {
            _blockedInFlight = true;
            Track(ref datagram, SentFrameKind.Blocked);
        }
    }

    /// <summary>A probe carries data if there is any: it may be what the peer misses (RFC 9002 §6.2.4).</summary>
    private bool WriteOldestAgain(ref DatagramBuilder datagram)
    {
        if (!_sender.TryPeekOldest(out var number, out var packet) || !datagram.TryAddPacket((uint)number, packet.Span))
        {
            return false;
        }

        Track(ref datagram, SentFrameKind.Packet, (ulong)number);
        return true;
    }

    private bool WritePing(long now, ref DatagramBuilder datagram)
    {
        Span<byte> payload = stackalloc byte[PingPayloadSize];
        BinaryPrimitives.WriteInt64BigEndian(payload, now);
        return datagram.TryAdd(Opcode.Ping, payload);
    }

    private void Track(ref DatagramBuilder datagram, SentFrameKind kind, ulong value = 0)
    {
        _recovery.AddFrame(new SentFrame(kind, value));
        datagram.TrackedFrames++;
    }

    private int Seal(long now, Span<byte> buffer, int clearLength, int length, int trackedFrames, bool ackEliciting)
    {
        _holdsCiphers = true;
        _lastActivity = now;
        var sequence = _sealer.NextSequence;
        var sealedLength = _sealer.Seal(buffer, clearLength, length);
        if (ackEliciting)
        {
            if (!_elicitedSinceReceive)
            {
                _elicitedSinceReceive = true;
                _idleSince = now;
            }

            _keepAliveSince = now;
            _recovery.ProbesDue = Math.Max(0, _recovery.ProbesDue - 1);
        }

        _recovery.OnSent(now, sequence, sealedLength, trackedFrames, ackEliciting);
        CountSent(sealedLength);
        return sealedLength;
    }

    private void CountSent(int length)
    {
        _datagramsSent++;
        _bytesSent += length;
    }

    /// <summary>Moves to the next key generation in time; ends the session if the peer never let it.</summary>
    private bool UpdateKeys(long now)
    {
        if (_sealer.SealedInGeneration < _options.KeyUpdateAfter)
        {
            return true;
        }

        if (_recovery.HasAcknowledged(_generationStart))
        {
            _sealer.AdvanceGeneration();
            _generationStart = _sealer.NextSequence;
            return true;
        }

        // As many again without any acknowledgement: no peer that lives is that silent.
        if (_sealer.SealedInGeneration < 2 * _options.KeyUpdateAfter)
        {
            return true;
        }

        End(now, new SessionEnd(SessionEndCause.KeysExhausted, Detail: "the peer acknowledged nothing in a whole key generation"), tellPeer: true);
        return false;
    }
}
