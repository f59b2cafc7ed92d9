using UDPack.Protocol.Crypto;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Keys;
using UDPack.Protocol.Paths;
using UDPack.Protocol.Recovery;
using UDPack.Protocol.Streams;

namespace UDPack.Protocol.Sessions;

/// <summary>A session's datagrams: what goes into them, in which order, and when one may leave.</summary>
internal sealed class SessionWriter : ISentFrameOwner
{
    /// <summary>Between acks while the keys cannot be changed.</summary>
    private const long SparseAckInterval = 25_000;

    private readonly SessionContext _context;
    private readonly SessionCiphers _ciphers;
    private readonly SessionPath _path;
    private readonly PingTraffic _pings;
    private readonly Inbox _inbox;
    private readonly Outbox _outbox;
    private readonly MessageTraffic _messages;
    private readonly ValueTraffic _values;

    private bool _isConfirmationDue;
    private bool _isConfirmed;
    private long _ackSentAt;
    private ContentKind _firstInTurn;

    public SessionWriter(
        SessionContext context,
        SessionCiphers ciphers,
        SessionPath path,
        PingTraffic pings,
        Inbox inbox,
        Outbox outbox,
        MessageTraffic messages,
        ValueTraffic values)
    {
        (_context, _ciphers, _path, _pings) = (context, ciphers, path, pings);
        (_inbox, _outbox, _messages, _values) = (inbox, outbox, messages, values);
        _isConfirmationDue = !context.IsServer;
    }

    private enum ContentKind : byte
    {
        Packets,
        Messages,
        Values,
    }

    /// <summary>The session's; null until it has one.</summary>
    public StreamSet? Streams { get; set; }

    /// <summary>The handshake it came from, until the server has confirmed; clients only. Told when the confirmation is sent.</summary>
    public ClientHandshake? Handshake { get; set; }

    /// <summary>When pacing lets the next datagram leave; <see cref="long.MaxValue"/> if nothing waits for that.</summary>
    public long PacedUntil { get; private set; } = long.MaxValue;

    /// <summary>Acks of a peer that sends fast would use a generation up within a round trip.</summary>
    public long AckDueAt => IsGenerationUsedUp ? Math.Max(_context.Acks.Deadline, _ackSentAt + SparseAckInterval) : _context.Acks.Deadline;

    private bool HasContent =>
        _pings.HasContent || _context.Recovery.ProbesDue > 0 || _outbox.HasContent || _messages.HasContent || _values.HasContent || Streams is { Transmission.HasContent: true };

    /// <summary>
    /// Whoever only acknowledges is never acknowledged (RFC 9000 §13.2.4), but needs to be now and then: to forget old ranges,
    /// and to move on to the next keys.
    /// </summary>
    private bool NeedsAcknowledgement =>
        _context.Recovery.DatagramsInFlight == 0 && (_context.Acks.ManyRanges || _ciphers.IsUpdateDue);

    /// <summary>The next keys are due, and the peer may not have heard of the present ones.</summary>
    private bool IsGenerationUsedUp => _ciphers.IsUpdateDue && !_context.Recovery.HasAcknowledged(_ciphers.GenerationStart);

    /// <summary>
    /// What is left of a used-up generation is for probes and acks, which an outage however long takes few of. What is in flight brings the
    /// answer, or the next probe.
    /// </summary>
    private bool AwaitsKeyUpdate => IsGenerationUsedUp && _context.Recovery.DatagramsInFlight > 0;

    /// <summary>A datagram of the peer verified: it needs no confirmation any more.</summary>
    public void OnPeerHeard()
    {
        (_isConfirmed, _isConfirmationDue) = (true, false);
        Handshake = null;
    }

    /// <summary>Moves to the next key generation in time. False if the peer never let it: as many probes and acks again brought no acknowledgement, and no peer that lives is that silent.</summary>
    public bool UpdateKeys()
    {
        if (!_ciphers.IsUpdateDue)
        {
            return true;
        }

        if (!_context.Recovery.HasAcknowledged(_ciphers.GenerationStart))
        {
            return !_ciphers.IsOverdue;
        }

        _ciphers.Update();
        return true;
    }

    /// <summary>Writes the next datagram that is due; false if none is.</summary>
    public bool TryWrite(long now, Span<byte> buffer, out int length, ref NetworkPath path) =>
        TryWriteChallenge(now, buffer, out length, ref path)
        || TryWriteFrames(now, buffer, out length)
        || TryWriteProbe(now, buffer, out length);

    void ISentFrameOwner.OnAcknowledged(long now, in SentFrame frame)
    {
        if (frame.Kind == SentFrameKind.Ack)
        {
            _context.Acks.OnAckAcknowledged((ulong)frame.Number);
        }
    }

    void ISentFrameOwner.OnLost(long now, in SentFrame frame)
    {
        if (frame.Kind == SentFrameKind.Confirmation)
        {
            _isConfirmationDue = !_isConfirmed;
        }
    }

    private DatagramBuilder Begin(long now, Span<byte> buffer, int size) =>
        new(buffer[..size], _context.Session.Id, _context.Endpoint.Timestamp(now), DatagramSealer.Overhead) { Number = _ciphers.NextSequence };

    private bool TryWriteChallenge(long now, Span<byte> buffer, out int length, ref NetworkPath path)
    {
        length = 0;
        if (_path.ChallengeDeadline > now)
        {
            return false;
        }

        var datagram = Begin(now, buffer, Session.DatagramSize);
        if (!_path.TryWriteChallenge(now, ref datagram, out var candidate))
        {
            return false;
        }

        length = Seal(now, buffer, ref datagram, isPathProbe: true);
        path = candidate;
        _path.OnChallengeSent(now, length);
        return true;
    }

    private bool TryWriteProbe(long now, Span<byte> buffer, out int length)
    {
        length = 0;
        if (!_path.IsProbeDue(now, out var size))
        {
            return false;
        }

        var datagram = Begin(now, buffer, size);
        _path.WriteProbe(now, ref datagram, size);
        length = Seal(now, buffer, ref datagram, isPathProbe: true);
        _path.OnProbeSent(now, _ciphers.NextSequence - 1, size);
        return true;
    }

    private bool TryWriteFrames(long now, Span<byte> buffer, out int length)
    {
        length = 0;

        // Probes are of the size that every path carries: if it was the size that got lost, larger ones would only get lost again.
        var datagram = Begin(now, buffer, _context.Recovery.ProbesDue > 0 ? Session.DatagramSize : _path.Mtu);
        WriteFrames(now, ref datagram);
        if (datagram.IsEmpty)
        {
            return false;
        }

        length = Seal(now, buffer, ref datagram);
        if (datagram.ClearLength == Session.ConfirmationClearLength)
        {
            Handshake?.OnConfirmationSent(now, _context.Session.Id, length);
        }

        return true;
    }

    private void WriteFrames(long now, ref DatagramBuilder datagram)
    {
        var probing = _context.Recovery.ProbesDue > 0;
        var mayElicit = probing || MaySendNow(now);

        // Of two probes one goes without the confirmation: a server that was replaced meanwhile answers only that one.
        if (mayElicit && (_isConfirmationDue || (_context.Recovery.ProbesDue > 1 && !_context.IsServer && !_isConfirmed)))
        {
            _isConfirmationDue = false;
            datagram.AddConfirmation();
            _context.Track(ref datagram, new SentFrame(this, SentFrameKind.Confirmation));
        }

        var raiseCredit = mayElicit && _inbox.MayRaise;
        if (AckDueAt <= now || raiseCredit || (_context.Acks.HasNews && mayElicit && HasContent))
        {
            WriteAck(now, ref datagram);
        }

        if (raiseCredit && PingTraffic.TryWrite(now, ref datagram))
        {
            _inbox.OnRiseWritten(ref datagram);
        }

        // Not held back by a full window: an answer from a new address is what lets the peer say that anything arrived.
        _pings.WritePongs(ref datagram);
        if (!mayElicit)
        {
            return;
        }

        WriteContent(now, ref datagram);
        var onlyAcknowledges = !datagram.IsEmpty && !datagram.IsAckEliciting;
        if ((_pings.IsDue || (!datagram.IsAckEliciting && probing) || (onlyAcknowledges && NeedsAcknowledgement)) && PingTraffic.TryWrite(now, ref datagram))
        {
            _pings.IsDue = false;
        }

        if (!HasContent)
        {
            _context.Recovery.OnAppLimited();
        }
    }

    /// <summary>Whether window and pacing let an ack-eliciting datagram leave; if pacing does not, the session asks to be called again.</summary>
    private bool MaySendNow(long now)
    {
        PacedUntil = long.MaxValue;
        if (AwaitsKeyUpdate || !_context.Recovery.CanSend(_path.Mtu))
        {
            return false;
        }

        var next = _context.Recovery.NextSendAt(now);
        if (next <= now)
        {
            return true;
        }

        // Nothing waits for a turn that nobody wants.
        PacedUntil = HasContent || _isConfirmationDue || _inbox.OwesCredit ? next : long.MaxValue;
        return false;
    }

    private void WriteContent(long now, ref DatagramBuilder datagram)
    {
        _pings.WriteRounds(now, ref datagram);
        Streams?.Transmission.Write(ref datagram);

        // In turns: none of a flood of messages, one of values and a bulk transfer may starve the others.
        _firstInTurn = _firstInTurn switch
        {
            ContentKind.Messages => ContentKind.Packets,
            ContentKind.Packets when _values.HasContent => ContentKind.Values,
            _ => ContentKind.Messages,
        };
        switch (_firstInTurn)
        {
            case ContentKind.Messages:
                _messages.Write(ref datagram);
                _values.Write(ref datagram);
                _outbox.Write(ref datagram, Streams);
                break;
            case ContentKind.Values:
                _values.Write(ref datagram);
                _outbox.Write(ref datagram, Streams);
                _messages.Write(ref datagram);
                break;
            default:
                _outbox.Write(ref datagram, Streams);
                _messages.Write(ref datagram);
                _values.Write(ref datagram);
                break;
        }

        _outbox.WriteBlocked(ref datagram, Streams);
    }

    private void WriteAck(long now, ref DatagramBuilder datagram)
    {
        ref var acks = ref _context.Acks;
        var flags = _inbox.Window.PastHighWater ? FrameFlags.Slow : FrameFlags.None;
        if (!datagram.TryAddAck(flags, acks.DelayMicros(now), acks.Ranges, (ulong)_inbox.LimitToTell()))
        {
            return;
        }

        _inbox.Advertise();
        _context.Track(ref datagram, new SentFrame(this, SentFrameKind.Ack, Number: (long)acks.Largest));
        acks.OnAckSent();
        _ackSentAt = now;
    }

    /// <param name="now">The time.</param>
    /// <param name="buffer">Where the datagram was built.</param>
    /// <param name="datagram">What was built.</param>
    /// <param name="isPathProbe">Whether it tries something about the path, so that its loss says nothing about congestion.</param>
    private int Seal(long now, Span<byte> buffer, ref DatagramBuilder datagram, bool isPathProbe = false)
    {
        ref var recovery = ref _context.Recovery;
        if (_ciphers.IsSkipDue)
        {
            _ciphers.LeaveOut(recovery.OldestAwaited, _context.Endpoint.NextRandom());
        }

        var sequence = _ciphers.NextSequence;
        var sealedLength = _ciphers.Seal(now, buffer, datagram.ClearLength, datagram.Length);
        if (datagram.IsAckEliciting)
        {
            _context.Liveness.OnElicited(now);
            recovery.ProbesDue = Math.Max(0, recovery.ProbesDue - 1);
        }

        recovery.OnSent(now, sequence, sealedLength, datagram.TrackedFrames, datagram.IsAckEliciting, isPathProbe);
        _context.Counters.OnSent(sealedLength);
        return sealedLength;
    }
}
