using System.Buffers.Binary;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol;

/// <summary>Where the peer is and what the path carries: address changes (as RFC 9000 §9) and path MTU (RFC 8899).</summary>
internal sealed partial class Session
{
    /// <summary>RFC 9000 §8.1.</summary>
    private const int AmplificationFactor = 3;

    private const int MaxChallenges = 4;
    private const long LongestChallengeWait = 1_000_000;

    /// <summary>A larger datagram pays off for whoever sends many; a session that sends little need not try.</summary>
    private const long WorthProbing = 32 * DatagramSize;

    /// <summary>So large a message is of an application that may want to send larger ones: the limit is known only when the search is over.</summary>
    private const int LargeMessage = DatagramSize * 3 / 4;

    private Candidate? _candidate;
    private bool _sendsLargeMessages;

    /// <summary>
    /// A verified datagram came from elsewhere than the peer's address, or to another of this side's; servers only, as a
    /// client's server does not move.
    /// </summary>
    private void OnOtherPath(long now, in NetworkPath path, ulong sequence, int length)
    {
        if (_candidate is { } known && known.Path == path)
        {
            known.Received += length;
            if (known.IsLimited)
            {
                known.IsLimited = false;
                known.DueAt = now;
            }

            return;
        }

        if (sequence != _ciphers.LargestReceived)
        {
            // Late, by the way the peer took before.
            return;
        }

        _candidate = new Candidate { Path = path, Received = length, Challenge = _endpoint.NextRandom(), DueAt = now };

        // Whoever copied a datagram and sent it from elsewhere loses against a peer that still answers here.
        _pingDue = true;
    }

    private void OnKnownPath(ulong sequence)
    {
        if (_candidate is not null && sequence == _ciphers.LargestReceived)
        {
            _candidate = null;
        }
    }

    private bool TryWriteChallenge(long now, Span<byte> buffer, ref int length, ref NetworkPath path)
    {
        const int smallest = FrameHeader.Size + PingPayloadSize + DatagramSealer.Overhead;
        if (_candidate is not { } candidate || candidate.DueAt > now)
        {
            return false;
        }

        if (candidate.Challenges >= MaxChallenges)
        {
            // Whatever comes from there later is a reason to try again: the way back may only have been bad for a while.
            _candidate = null;
            return false;
        }

        // Until it has answered, an address is sent at most three times what came from it.
        var allowed = (int)Math.Min(DatagramSize, (AmplificationFactor * candidate.Received) - candidate.Sent);
        if (allowed < smallest)
        {
            candidate.IsLimited = true;
            candidate.DueAt = long.MaxValue;
            return false;
        }

        Span<byte> payload = stackalloc byte[PingPayloadSize];
        BinaryPrimitives.WriteUInt64BigEndian(payload, candidate.Challenge);
        var datagram = new DatagramBuilder(buffer[..DatagramSize], Id, _endpoint.Timestamp(now), DatagramSealer.Overhead);
        datagram.TryAdd(Opcode.Ping, payload);
        datagram.PadTo(allowed);
        length = Seal(now, buffer, ref datagram, isPathProbe: true);
        path = candidate.Path;
        candidate.Sent += length;

        // The known path's round trips say little about this one, least of all when they have become long.
        candidate.DueAt = now + (Math.Min(_recovery.ProbeTimeout, LongestChallengeWait) << candidate.Challenges);
        candidate.Challenges++;
        return true;
    }

    private void OnPong(long now, in NetworkPath path, ReadOnlySpan<byte> payload)
    {
        if (_candidate is { } candidate
            && candidate.Path == path
            && payload.Length == PingPayloadSize
            && BinaryPrimitives.ReadUInt64BigEndian(payload) == candidate.Challenge)
        {
            Move(now, candidate.Path);
        }
        else
        {
            _pings?.OnPong(now, payload);
        }
    }

    private void Move(long now, in NetworkPath path)
    {
        var before = Path;
        _candidate = null;
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
    private bool MayProbeMtu => _mtu.IsInDoubt || ((_bytesSent >= WorthProbing || _sendsLargeMessages) && !_close.IsMade);

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

    /// <summary>A path the peer seems to be on, not proven yet.</summary>
    private sealed class Candidate
    {
        public required NetworkPath Path { get; init; }

        public required ulong Challenge { get; init; }

        public long Received { get; set; }

        public long Sent { get; set; }

        public int Challenges { get; set; }

        /// <summary>The next challenge waits until more has come from there.</summary>
        public bool IsLimited { get; set; }

        public long DueAt { get; set; }
    }
}
