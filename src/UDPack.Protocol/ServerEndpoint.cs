using UDPack.Protocol.Closing;
using UDPack.Protocol.Collections;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol;

/// <summary>
/// The server's side of one socket: routes datagrams to sessions by id, takes shakehands, and answers for sessions that
/// do not exist. See the partial files for the handshake.
/// </summary>
internal sealed partial class ServerEndpoint : Endpoint, IPendingOwner
{
    /// <summary>Shorter datagrams get no goaway: an answer must never be larger than what it answers, nor worth forging for.</summary>
    private const int MinAnsweredSize = FrameHeader.Size + 1 + Crypto.DatagramSealer.Overhead;

    /// <summary>Datagrams that wait for the socket and belong to no session; more are dropped, as the network might.</summary>
    private const int MaxStateless = 256;

    private readonly SeededDictionary<uint, Session?> _sessions;
    private readonly ICipherFactory _ciphers;
    private readonly IServerEvents _events;
    private RingQueue<SmallDatagram> _stateless;
    private RateLimit _goAways;
    private ServerEndpointOptions _options;
    private int _ready;

    // OPEN and READY ones; not the ids that are only reserved, nor sessions that ended.
    private int _live;
    private LingeringSessions _lingering;

    public ServerEndpoint(
        ServerEndpointOptions options,
        ICipherFactory ciphers,
        Entropy entropy,
        PacketBufferPool buffers,
        IServerEvents events,
        long unixEpochOffsetMs)
        : base(entropy, buffers, unixEpochOffsetMs)
    {
        _options = options;
        Memory.Limit = options.MaxBufferedBytes;
        _ciphers = ciphers;
        _events = events;
        _cookies = new RetryCookies(entropy);
        _goAways = new RateLimit(options.HintsPerSecond);
        _refusals = new RateLimit(options.HintsPerSecond);
        _sessions = new SeededDictionary<uint, Session?>(Hash);
        _opened = new SeededDictionary<(ushort ClientId, PayloadHash Hash), OpenedShakehand>(Hash);
        _jobs = new JobQueue(options.PrefixLengths, Hash);
        _unfinishedPerHost = new PrefixCounts(PrefixLengths.Host, Hash);
        _unfinishedPerPrefix = new PrefixCounts(options.PrefixLengths, Hash);
        _sessionsPerHost = new PrefixCounts(PrefixLengths.Host, Hash);
        _sessionsPerPrefix = new PrefixCounts(options.PrefixLengths, Hash);
        _rates = CreateRates();
    }

    /// <summary>Whether shakehands are taken. Handshakes in progress may finish either way.</summary>
    public bool Admitting { get; set; } = true;

    public override int SessionCount => _ready;

    public override bool IsIdle => _sessions.Count == 0;

    /// <summary>Sessions that ended and are kept for a while, see <see cref="LingeringSessions.Count"/>.</summary>
    public int LingeringCount => _lingering.Count;

    /// <summary>Handshakes that are neither READY nor refused.</summary>
    public int PendingCount => _unfinished;

    public override Session[] GetSessions()
    {
        var sessions = new List<Session>(_ready);
        foreach (var session in _sessions.Values)
        {
            if (session is { State: SessionState.Ready })
            {
                sessions.Add(session);
            }
        }

        return [.. sessions];
    }

    /// <summary>Replaces the limits; what is in progress keeps what it began with.</summary>
    public void ApplyOptions(ServerEndpointOptions options)
    {
        var before = _options;
        _options = options with { PrefixLengths = before.PrefixLengths };
        Memory.Limit = options.MaxBufferedBytes;
        if ((before.HandshakeRatePerPrefix, before.HandshakeBurstPerPrefix, before.AddressValidation == CookieMode.Never)
            != (options.HandshakeRatePerPrefix, options.HandshakeBurstPerPrefix, options.AddressValidation == CookieMode.Never))
        {
            _rates = CreateRates();
        }
    }

    public override void OnDatagram(long now, in NetworkPath path, Span<byte> datagram)
    {
        if (!TryReadHeader(datagram, out var header))
        {
            return;
        }

        switch (header.Opcode)
        {
            case Opcode.Shakehand:
                OnShakehand(now, path, header, datagram);
                return;
            case Opcode.Retry:
            case Opcode.GoAway when datagram.Length == HandshakeFrames.BareSize:
                Counters.Drop(DropReason.WrongRole);
                return;
        }

        if (_sessions.TryGetValue(header.SessionId, out var session) && session is not null)
        {
            session.OnDatagram(now, path, header, datagram);
            return;
        }

        Counters.Drop(DropReason.UnknownSession);
        if (header.Opcode is < Opcode.Shakehand or Opcode.Latest && datagram.Length >= MinAnsweredSize && _goAways.TryTake(now))
        {
            Span<byte> goAway = stackalloc byte[HandshakeFrames.BareSize];
            HandshakeFrames.WriteBare(goAway, header.SessionId, Timestamp(now), Opcode.GoAway, (byte)GoAwayCode.Error);
            SendStateless(path, goAway);
        }
    }

    public override void OnReady(long now, Session session, int datagramLength)
    {
        var isBeyondLimit = OwnerIsFull(session.RemoteAddress);
        _ready++;
        FinishHandshake(now, session, datagramLength, isBeyondLimit);
        CountSession(session.RemoteAddress, 1);
        if (isBeyondLimit)
        {
            // Others of the same host or prefix were confirmed since this one was answered. Not counted before that: an OPEN
            // session's address may be spoofed, and must not take the places of whoever owns it.
            Counters.Refuse(HandshakeRejection.Busy);
            session.Abort(now, applicationCode: null, reason: GoAwayReason.Busy);
            return;
        }

        Counters.HandshakesCompleted++;
        _events.OnSessionReady(now, session);
    }

    /// <summary>Whoever comes next has its place, and its host has one more; what is left of it only repeats its goaway.</summary>
    public override void OnEnded(Session session)
    {
        _ready--;
        _live--;
        CountSession(session.RemoteAddress, -1);
        _lingering.Add(session);
    }

    public override void OnMoved(long now, Session session, in PeerAddress before)
    {
        var limit = LimitForMover(before, session.RemoteAddress);
        CountSession(before, -1);
        CountSession(session.RemoteAddress, 1);
        if (limit != SessionLimit.None)
        {
            // Where sessions may not begin they may not gather either.
            Counters.MovesRefused++;
            _events.OnMoveRefused(session, before, limit);
            session.End(now, SessionEnd.Moved, tellPeer: true);
        }
    }

    public override void Forget(Session session)
    {
        Unschedule(session);
        _sessions.Remove(session.Id);
        session.DisposeKeys();
        _lingering.DropForgotten();
    }

    public override void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session?.DisposeKeys();
        }

        foreach (var shakehand in _opened.Values)
        {
            shakehand.Forget();
        }

        _sessions.Clear();
        _opened.Clear();
        Memory.OnEndpointGone();
        _cookies.Dispose();
    }

    protected override bool TryWriteHandshake(long now, Span<byte> buffer, out Transmit transmit)
    {
        if (_stateless.TryDequeue(out var small))
        {
            small.CopyTo(buffer);
            transmit = new Transmit(small.Path, small.Length, small.Length);
            return true;
        }

        return TryWriteReply(now, buffer, out transmit);
    }

    /// <summary>Takes an OPEN session; of those that ended, too many give way to it.</summary>
    private void Add(Session session)
    {
        while (_lingering.Surplus(LingeringSessions.MostFor(_options.MaxSessions)) is { } oldest)
        {
            Forget(oldest);
        }

        _sessions[session.Id] = session;
        _live++;
    }

    /// <summary>An answer: it goes back the way that what it answers came.</summary>
    private void SendStateless(in NetworkPath path, ReadOnlySpan<byte> content)
    {
        if (_stateless.Count < MaxStateless)
        {
            _stateless.Enqueue(SmallDatagram.Create(path, content));
        }
    }
}
