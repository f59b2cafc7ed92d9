using System.Buffers.Binary;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Paths;

/// <summary>Where the peer is and what the path carries: address changes (as RFC 9000 §9) and path MTU (RFC 8899).</summary>
internal sealed class SessionPath : ISentFrameOwner
{
    /// <summary>A larger datagram pays off for a side that sends many; a session that sends little need not try.</summary>
    private const long WorthProbing = 32 * Session.DatagramSize;

    private const int SmallestChallenge = FrameHeader.Size + PathValidation.ChallengeSize + DatagramSealer.Overhead;

    private readonly SessionContext _context;
    private PathMtu _mtu;
    private PathValidation _validation;
    private bool _findsLarger;

    public SessionPath(SessionContext context, in NetworkPath path, long now)
    {
        _context = context;
        Current = path;
        _mtu = new PathMtu(Session.DatagramSize, (int)Math.Min(context.Peer.MaxUdpPayload, context.Options.MaxUdpPayload));
        _mtu.Reset(now);
    }

    /// <summary>The way datagrams go: to where the peer is, which may move, from where it sends to. Clients leave the local end to the system.</summary>
    public NetworkPath Current { get; private set; }

    /// <summary>The largest datagram that is known to arrive.</summary>
    public int Mtu => _mtu.Current;

    /// <summary>The largest unreliable message that the path carries now.</summary>
    public int MaxDatagramBytes => Mtu - FrameHeader.Size - DatagramSealer.Overhead;

    /// <summary>The largest sequenced message that the path carries now.</summary>
    public int MaxSequencedBytes => MaxDatagramBytes - Session.PlaceSize;

    /// <summary>When a challenge is due.</summary>
    public long ChallengeDeadline => _validation.Deadline;

    /// <summary>When a path MTU probe is due. Only while it may leave: an ack that makes room, or the end of the search, has the session looked at anyway.</summary>
    public long ProbeDeadline =>
        MayProbe && _mtu.ProbeDue(long.MaxValue, out var size) && _context.Recovery.CanSend(size) ? _mtu.Deadline : long.MaxValue;

    // What is in doubt is worth it in any case, and while closing, too: what is left has to arrive.
    private bool MayProbe => _mtu.IsInDoubt || ((_context.Counters.BytesSent >= WorthProbing || _findsLarger) && !_context.Close.IsRequested);

    /// <summary>The application wants to send larger messages than fit now: worth a search of what the path carries.</summary>
    public void FindLargerDatagrams()
    {
        if (_context.IsReady && !_findsLarger)
        {
            _findsLarger = true;
            _context.Touch();
        }
    }

    /// <summary>The handshake may have come to another of this side's addresses than the confirmation; nothing of the session left from there.</summary>
    public void Adopt(in NetworkPath path) => Current = path;

    /// <summary>
    /// A verified datagram came from elsewhere than the peer's address, or to another of this side's; servers only, as a
    /// client's server does not move. True if the peer is to be asked on the known path, too.
    /// </summary>
    /// <param name="now">Microseconds.</param>
    /// <param name="path">The datagram's way.</param>
    /// <param name="isNewest">Whether no later one has arrived.</param>
    /// <param name="length">The datagram's length.</param>
    public bool OnOtherPath(long now, in NetworkPath path, bool isNewest, int length)
    {
        if (_validation.TryCount(now, path, length) || !isNewest)
        {
            // Known already, or late, by the way the peer took before.
            return false;
        }

        _validation.Begin(now, path, length, _context.Endpoint.NextRandom());

        // Whoever copied a datagram and sent it from elsewhere loses against a peer that still answers here.
        return true;
    }

    /// <summary>A verified datagram came by the known path, and no later one has arrived.</summary>
    public void OnKnownPath() => _validation.Forget();

    /// <summary>Builds a challenge for the path that the peer seems to be on, if one is due.</summary>
    public bool TryWriteChallenge(long now, ref DatagramBuilder datagram, out NetworkPath candidate)
    {
        if (!_validation.TryChallenge(now, SmallestChallenge, Session.DatagramSize, out var allowed, out var challenge, out candidate))
        {
            return false;
        }

        Span<byte> payload = stackalloc byte[PathValidation.ChallengeSize];
        BinaryPrimitives.WriteUInt64BigEndian(payload, challenge);
        datagram.TryAdd(Opcode.Ping, payload);
        datagram.PadTo(allowed);
        return true;
    }

    /// <summary>A challenge left.</summary>
    public void OnChallengeSent(long now, int length) => _validation.OnChallengeSent(now, length, _context.Recovery.ProbeTimeout);

    /// <summary>Whether this answer proves that the peer is on another path; it counts from now on.</summary>
    public bool TryMove(long now, in NetworkPath path, ReadOnlySpan<byte> pong)
    {
        if (!_validation.IsProvenBy(path, pong))
        {
            return false;
        }

        var before = Current;
        _validation.Forget();
        Current = path;

        // A NAT that only gave another port has not changed the path (RFC 9000 §9.4).
        _context.Recovery.OnPathChanged(now, resetCongestionAndRtt: !before.SameHosts(path), Session.DatagramSize);
        _mtu.Reset(now);
        return true;
    }

    /// <summary>Whether a path MTU probe is due, and how large.</summary>
    public bool IsProbeDue(long now, out int size)
    {
        size = 0;
        return MayProbe && _mtu.ProbeDue(now, out size) && _context.Recovery.CanSend(size);
    }

    /// <summary>Builds a path MTU probe.</summary>
    public void WriteProbe(long now, ref DatagramBuilder datagram, int size)
    {
        PingTraffic.TryWrite(now, ref datagram);
        datagram.PadTo(size);
        _context.Track(ref datagram, new SentFrame(this, SentFrameKind.MtuProbe, Number: _mtu.Round, Length: size));
    }

    /// <summary>A path MTU probe left.</summary>
    public void OnProbeSent(long now, ulong sequence, int size) => _mtu.OnProbeSent(now, sequence, size);

    void ISentFrameOwner.OnAcknowledged(long now, in SentFrame frame)
    {
        _mtu.OnProbeAcknowledged(now, frame.Length, (int)frame.Number);
        _context.Recovery.SetDatagramSize(_mtu.Current);
    }

    void ISentFrameOwner.OnLost(long now, in SentFrame frame)
    {
        var before = Mtu;
        _mtu.OnProbeLost(now, frame.Length, (int)frame.Number);
        AdoptMtu(before);
    }

    /// <summary>Takes what acks said about sizes, before the fate of frames is told.</summary>
    public void OnArrived()
    {
        while (_context.Recovery.Evidence.TryTakeArrived(out var sequence, out var size))
        {
            _mtu.OnAcknowledged(sequence, size);
        }
    }

    /// <summary>Takes what losses said about sizes, after the fate of frames was told.</summary>
    public void OnLosses(long now)
    {
        if (_context.Recovery.Evidence.TryTakeUnrefutedLoss(out var sequence, out var sentAt, out var size))
        {
            var before = Mtu;
            _mtu.OnLost(now, sequence, sentAt, size);
            AdoptMtu(before);
        }
    }

    /// <summary>Gives memory back while nothing is in doubt.</summary>
    public void Trim() => _mtu.Trim();

    private void AdoptMtu(int before)
    {
        if (Mtu != before)
        {
            // The path has become narrower.
            _context.Recovery.SetDatagramSize(Mtu);
        }
    }
}
