using System.Buffers.Binary;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Paths;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol;

/// <summary>Where the peer is and what the path carries: address changes (as RFC 9000 §9) and path MTU (RFC 8899).</summary>
internal sealed partial class Session
{
    /// <summary>A larger datagram pays off for whoever sends many; a session that sends little need not try.</summary>
    private const long WorthProbing = 32 * DatagramSize;

    /// <summary>So large a message is of an application that may want to send larger ones: the limit is known only when the search is over.</summary>
    private const int LargeMessage = DatagramSize * 3 / 4;

    private PathValidation _validation;
    private bool _sendsLargeMessages;

    /// <summary>
    /// A verified datagram came from elsewhere than the peer's address, or to another of this side's; servers only, as a
    /// client's server does not move.
    /// </summary>
    private void OnOtherPath(long now, in NetworkPath path, ulong sequence, int length)
    {
        if (_validation.TryCount(now, path, length))
        {
            return;
        }

        if (sequence != _ciphers.LargestReceived)
        {
            // Late, by the way the peer took before.
            return;
        }

        _validation.Begin(now, path, length, _endpoint.NextRandom());

        // Whoever copied a datagram and sent it from elsewhere loses against a peer that still answers here.
        _pingDue = true;
    }

    private void OnKnownPath(ulong sequence)
    {
        if (sequence == _ciphers.LargestReceived)
        {
            _validation.Forget();
        }
    }

    private bool TryWriteChallenge(long now, Span<byte> buffer, ref int length, ref NetworkPath path)
    {
        const int smallest = FrameHeader.Size + PathValidation.ChallengeSize + DatagramSealer.Overhead;
        if (!_validation.TryChallenge(now, smallest, DatagramSize, out var allowed, out var challenge, out var candidate))
        {
            return false;
        }

        Span<byte> payload = stackalloc byte[PathValidation.ChallengeSize];
        BinaryPrimitives.WriteUInt64BigEndian(payload, challenge);
        var datagram = new DatagramBuilder(buffer[..DatagramSize], Id, _endpoint.Timestamp(now), DatagramSealer.Overhead);
        datagram.TryAdd(Opcode.Ping, payload);
        datagram.PadTo(allowed);
        length = Seal(now, buffer, ref datagram, isPathProbe: true);
        path = candidate;
        _validation.OnChallengeSent(now, length, _recovery.ProbeTimeout);
        return true;
    }

    private void OnPong(long now, in NetworkPath path, ReadOnlySpan<byte> payload)
    {
        if (_validation.IsProvenBy(path, payload))
        {
            Move(now, path);
        }
        else
        {
            _pings?.OnPong(now, payload);
        }
    }

    private void Move(long now, in NetworkPath path)
    {
        var before = Path;
        _validation.Forget();
        Path = path;

        // A NAT that only gave another port has not changed the path (RFC 9000 §9.4).
        _recovery.OnPathChanged(now, resetCongestionAndRtt: !before.SameHosts(path), DatagramSize);
        _mtu.Reset(now);

        // What was sent meanwhile went nowhere: say what arrived, and ask what did not.
        _acks.Force(now);
        _recovery.RepeatOldest();
        _recovery.ProbesDue = Math.Max(1, _recovery.ProbesDue);
        if (before.Remote != path.Remote)
        {
            _endpoint.OnMoved(now, this, before.Remote);
        }

        if (State == SessionState.Ready)
        {
            Events?.OnPeerMoved(this);
        }
    }

    // What is in doubt is worth it in any case, and while closing, too: what is left has to arrive.
    private bool MayProbeMtu => _mtu.IsInDoubt || ((_counters.BytesSent >= WorthProbing || _sendsLargeMessages) && !_close.IsMade);

    // Only while a probe may leave: an ack that makes room, or the end of the search, has the session looked at anyway.
    private long MtuProbeDeadline =>
        MayProbeMtu && _mtu.ProbeDue(long.MaxValue, out var size) && _recovery.CanSend(size) ? _mtu.Deadline : long.MaxValue;

    private bool TryWriteMtuProbe(long now, Span<byte> buffer, ref int length)
    {
        if (!MayProbeMtu || !_mtu.ProbeDue(now, out var size) || !_recovery.CanSend(size))
        {
            return false;
        }

        var datagram = new DatagramBuilder(buffer[..size], Id, _endpoint.Timestamp(now), DatagramSealer.Overhead);
        WritePing(now, ref datagram);
        datagram.PadTo(size);
        Track(ref datagram, new SentFrame(SentFrameKind.MtuProbe, Number: _mtu.Round, Length: size));
        length = Seal(now, buffer, ref datagram, isPathProbe: true);
        _mtu.OnProbeSent(now, _ciphers.NextSequence - 1, size);
        return true;
    }

    private void OnMtuProbeAcknowledged(in SentFrame probe)
    {
        _mtu.OnProbeAcknowledged(_now, probe.Length, (int)probe.Number);
        _recovery.SetDatagramSize(_mtu.Current);
    }

    private void OnMtuProbeLost(in SentFrame probe)
    {
        var before = _mtu.Current;
        _mtu.OnProbeLost(_now, probe.Length, (int)probe.Number);
        AdoptMtu(before);
    }

    void ISentFrameOwner.OnDatagramAcknowledged(long now, ulong sequence, int size) => _mtu.OnAcknowledged(sequence, size);

    void ISentFrameOwner.OnUnrefutedLoss(long now, ulong sequence, long sentAt, int size)
    {
        var before = _mtu.Current;
        _mtu.OnLost(now, sequence, sentAt, size);
        AdoptMtu(before);
    }

    private void AdoptMtu(int before)
    {
        if (_mtu.Current != before)
        {
            // The path has become narrower.
            _recovery.SetDatagramSize(_mtu.Current);
        }
    }
}
