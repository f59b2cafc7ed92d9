using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol;

/// <summary>The client's side of one socket: connects, and routes datagrams to handshakes and sessions by the client's half of the id.</summary>
internal sealed class ClientEndpoint : Endpoint
{
    /// <summary>Client ids have 16 bits.</summary>
    private const int MaxSessions = 60_000;

    /// <summary>Each is compared with all handshakes.</summary>
    private const int UnreachablesPerSecond = 10;

    private readonly Dictionary<ushort, ClientHandshake> _handshakes = [];
    private readonly Dictionary<ushort, Session> _sessions = [];
    private readonly Queue<ClientHandshake> _due = [];
    private RateLimit _unreachables = new(UnreachablesPerSecond);
    private int _ready;

    public ClientEndpoint(ICipherFactory ciphers, Entropy entropy, PacketBufferPool buffers, long unixEpochOffsetMs)
        : base(entropy, buffers, unixEpochOffsetMs)
    {
        Ciphers = ciphers;
        Memory.Limit = 256L << 20;
    }

    /// <summary>How much all sessions together may hold.</summary>
    public long MaxBufferedBytes
    {
        get => Memory.Limit;
        init => Memory.Limit = value;
    }

    public ICipherFactory Ciphers { get; }

    public override int SessionCount => _ready;

    public override bool IsIdle => _sessions.Count == 0 && _handshakes.Count == 0;

    public int ConnectingCount => _handshakes.Count;

    /// <summary>Whether another connection would find it hard to draw a client id that is free.</summary>
    public bool IsFull => _handshakes.Count + _sessions.Count >= MaxSessions;

    /// <summary>Begins to connect; not to be called while <see cref="IsFull"/>. The client id is drawn anew while another session or handshake here has it.</summary>
    public ClientHandshake Connect(long now, ClientConnect request, IConnectEvents events)
    {
        while (_handshakes.ContainsKey(request.Shakehand.ClientId) || _sessions.ContainsKey(request.Shakehand.ClientId))
        {
            request.Shakehand.DrawClientId(Entropy);
        }

        var handshake = new ClientHandshake(this, request, events, now);
        _handshakes.Add(handshake.ClientId, handshake);
        Due(handshake);
        return handshake;
    }

    public override Session[] GetSessions()
    {
        var sessions = new List<Session>(_sessions.Count);
        foreach (var session in _sessions.Values)
        {
            if (session.State == SessionState.Ready)
            {
                sessions.Add(session);
            }
        }

        return [.. sessions];
    }

    public override void OnDatagram(long now, in NetworkPath path, Span<byte> datagram)
    {
        if (!TryReadHeader(datagram, out var header))
        {
            return;
        }

        if (header.Opcode == Opcode.Shakehand)
        {
            Counters.Drop(DropReason.WrongRole);
        }
        else if (header.Opcode is Opcode.Handshake or Opcode.Retry)
        {
            OnHandshakeFrame(now, path.Remote, header, datagram);
        }
        else if (!_sessions.TryGetValue(header.ClientId, out var session) || session.Id != header.SessionId)
        {
            Counters.Drop(DropReason.UnknownSession);
        }
        else if (session.RemoteAddress != path.Remote)
        {
            Counters.Drop(DropReason.WrongAddress);
        }
        else if (header.Opcode == Opcode.GoAway && datagram.Length == HandshakeFrames.BareSize)
        {
            Counters.Drop(DropReason.GoAwayHint);
            session.OnUnknownSessionHint(now);
        }
        else
        {
            // Where it came to is not where to send from: that stays the system's choice, so that the client may change networks.
            session.OnDatagram(now, session.Path, header, datagram);
        }
    }

    public override void OnUnreachable(long now, in PeerAddress address)
    {
        if (_handshakes.Count == 0 || !_unreachables.TryTake(now))
        {
            return;
        }

        foreach (var handshake in _handshakes.Values)
        {
            if (handshake.Remote == address)
            {
                handshake.OnUnreachable();
            }
        }
    }

    public override void OnReady(long now, Session session, int datagramLength)
    {
        // A client's session is READY from the start.
    }

    public override void OnEnded(Session session) => _ready--;

    public override void Forget(Session session)
    {
        Unschedule(session);
        _sessions.Remove((ushort)(session.Id >> 16));
        session.DisposeKeys();
    }

    public override void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session.DisposeKeys();
        }

        foreach (var handshake in _handshakes.Values)
        {
            handshake.Dispose();
        }

        _sessions.Clear();
        _handshakes.Clear();
        Memory.OnEndpointGone();
    }

    internal void Due(ClientHandshake handshake) => _due.Enqueue(handshake);

    internal void Arm(ClientHandshake handshake, long deadline) => Timers.Schedule(handshake, deadline);

    internal void OnConnected(ClientHandshake handshake, Session session)
    {
        OnFailed(handshake);
        _sessions.Add(handshake.ClientId, session);
        _ready++;
        Counters.HandshakesCompleted++;
        Touch(session);
    }

    internal void OnFailed(ClientHandshake handshake)
    {
        Timers.Cancel(handshake);
        _handshakes.Remove(handshake.ClientId);
    }

    protected override bool TryWriteHandshake(long now, Span<byte> buffer, out Transmit transmit)
    {
        while (_due.TryDequeue(out var handshake))
        {
            if (handshake.TryWrite(now, buffer, out var length))
            {
                transmit = new Transmit(new NetworkPath(default, handshake.Remote), length, length);
                return true;
            }
        }

        transmit = default;
        return false;
    }

    private void OnHandshakeFrame(long now, in PeerAddress from, in FrameHeader header, Span<byte> datagram)
    {
        if (!_handshakes.TryGetValue(header.ClientId, out var handshake) || handshake.State != SessionState.Open)
        {
            // Also a repeated reply, once READY.
            Counters.Drop(_sessions.ContainsKey(header.ClientId) ? DropReason.WrongRole : DropReason.UnexpectedReply);
        }
        else if (handshake.Remote != from)
        {
            Counters.Drop(DropReason.WrongAddress);
        }
        else if (header.Opcode == Opcode.Retry)
        {
            handshake.OnRetry(now, header, datagram);
        }
        else
        {
            handshake.OnHandshake(now, header, datagram);
        }
    }
}
