using UDPack.Protocol.Crypto;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Keys;
using UDPack.Protocol.Paths;
using UDPack.Protocol.Streams;
using UDPack.Protocol.Timers;

namespace UDPack.Protocol.Sessions;

/// <summary>
/// One session after its keys are agreed: leads datagrams and timers to its parts, and ends. Driven by its endpoint in four ways, each of which may leave
/// something to write: <see cref="OnDatagram"/>, <see cref="OnTimer"/>, what the application asks for, and <see cref="TryWriteDatagram"/>, to be called
/// until it gives nothing; then <see cref="NextDeadline"/> says when to come back. Not thread-safe.
/// </summary>
internal sealed class Session : TimerNode
{
    /// <summary>Every path carries this much (RFC 9000 §14).</summary>
    public const int DatagramSize = 1200;

    /// <summary>The largest packet that a datagram of this size holds whole: header, packet id, counter and tag taken off.</summary>
    public const int LargestWholePacket = DatagramSize - FrameHeader.Size - sizeof(uint) - DatagramSealer.Overhead;

    /// <summary>The largest packet, whatever the sides agree on.</summary>
    public const int LargestPacket = 1 << 30;

    /// <summary>The ids that say where a sequenced message or a value belongs.</summary>
    public const int PlaceSize = 2 * sizeof(uint);

    /// <summary>The largest value: it must fit whatever becomes of the path while it waits.</summary>
    public const int LargestValue = DatagramSize - FrameHeader.Size - PlaceSize - DatagramSealer.Overhead;

    /// <summary>What a confirmation leaves unencrypted.</summary>
    public const int ConfirmationClearLength = FrameHeader.Size + 1;

    private readonly Endpoint _endpoint;
    private readonly SessionContext _context;
    private readonly SessionWriter _writer;
    private readonly SessionReception _reception;
    private readonly SessionTimers _timers;

    public Session(Endpoint endpoint, SessionSetup setup, SessionOptions options, in NetworkPath path, long now)
    {
        _endpoint = endpoint;
        Id = setup.Id;
        Algorithm = setup.Algorithm;
        FirstRemoteAddress = path.Remote;
        _context = new SessionContext(this, endpoint, setup, options, now);
        Ciphers = new SessionCiphers(setup.Sealer, setup.Opener, setup.Algorithm, options.KeyUpdateAfter, options.CipherIdleMicros, now);
        Route = new SessionPath(_context, path, now);
        Pings = new PingTraffic(_context);
        Inbox = new Inbox(_context, OwnChannel);
        Outbox = new Outbox(_context, OwnChannel);
        Messages = new MessageTraffic(_context, Route);
        Values = new ValueTraffic(_context);
        _writer = new SessionWriter(_context, Ciphers, Route, Pings, Inbox, Outbox, Messages, Values);
        _timers = new SessionTimers(this, _writer);
        _reception = new SessionReception(_context, Ciphers, Route, Pings, Inbox, Outbox, Messages, Values, _timers);
    }

    public uint Id { get; }

    public SessionState State => _context.State;

    /// <inheritdoc cref="SessionOptions.UserState"/>
    public object? UserState => _context.Options.UserState;

    /// <inheritdoc cref="SessionPath.Current"/>
    public NetworkPath Path => Route.Current;

    /// <summary>Where the peer is.</summary>
    public PeerAddress RemoteAddress => Route.Current.Remote;

    /// <summary>Where the peer was at first; never changes, so any thread may read it.</summary>
    public PeerAddress FirstRemoteAddress { get; }

    public CipherAlgorithm Algorithm { get; }

    /// <summary>What the application's validator decided about the client; servers only.</summary>
    public object? Verdict { get; init; }

    /// <summary>The application side; set when the session becomes READY.</summary>
    public ISessionEvents? Events
    {
        get => _context.Events;
        set => _context.Events = value;
    }

    /// <summary>The largest packet the peer takes from us.</summary>
    public int MaxPacketBytes => (int)Math.Min(LargestPacket, _context.Peer.MaxPacketBytes);

    /// <inheritdoc cref="SessionPath.MaxDatagramBytes"/>
    public int MaxDatagramBytes => Route.MaxDatagramBytes;

    /// <inheritdoc cref="SessionPath.MaxSequencedBytes"/>
    public int MaxSequencedBytes => Route.MaxSequencedBytes;

    /// <summary>How many streams this side may have open at once.</summary>
    public long MaxLocalStreams => _context.Peer.MaxStreams;

    /// <summary>What it holds of its endpoint's memory.</summary>
    public SessionMemory Memory => _context.Memory;

    /// <summary>How much may be in flight.</summary>
    public long CongestionWindow => _context.Recovery.Congestion.Window;

    public long KeepAliveInterval => _context.Liveness.KeepAliveInterval;

    /// <summary>Packets that arrive.</summary>
    public Inbox Inbox { get; }

    /// <summary>Packets that are sent.</summary>
    public Outbox Outbox { get; }

    /// <summary>Unreliable messages.</summary>
    public MessageTraffic Messages { get; }

    /// <summary>Values of which only the newest counts.</summary>
    public ValueTraffic Values { get; }

    /// <summary>Round trips.</summary>
    public PingTraffic Pings { get; }

    /// <summary>Where the peer is, and what the path carries.</summary>
    public SessionPath Route { get; }

    /// <summary>Seals, opens and numbers its datagrams; the handshake's reply, too.</summary>
    public SessionCiphers Ciphers { get; }

    /// <summary>For tables whose keys the peer chooses.</summary>
    internal Collections.TableHash TableHash => _endpoint.Hash;

    /// <summary>The handshake it came from, until it is READY; servers only.</summary>
    internal PendingHandshake? Pending { get; set; }

    /// <inheritdoc cref="SessionWriter.Handshake"/>
    internal ClientHandshake? Handshake
    {
        get => _writer.Handshake;
        init => _writer.Handshake = value;
    }

    /// <summary>For the endpoint's queue of sessions with something to write.</summary>
    internal Session? NextTouched { get; set; }

    internal bool IsTouched { get; set; }

    /// <summary>Its keys are gone; nothing may be scheduled or written for it any more.</summary>
    internal bool IsForgotten { get; private set; }

    /// <summary>Whether it ended and the peer is to be told, now.</summary>
    internal bool OwesGoAway => _context.Close.OwesGoAway;

    /// <summary>The channel that is no stream.</summary>
    internal PacketChannel OwnChannel { get; } = new();

    /// <summary>What its parts share.</summary>
    internal SessionContext Context => _context;

    /// <summary>Its streams; null if it never had one.</summary>
    internal StreamSet? Streams => _writer.Streams;

    /// <summary>When <see cref="OnTimer"/> has something to do.</summary>
    public long NextDeadline => _timers.NextDeadline;

    public SessionSnapshot Snapshot() => SessionSnapshot.Of(this);

    /// <summary>The server's reply measured the round trip: sent once, so its confirmation is no ambiguous sample.</summary>
    public void OnHandshakeRtt(long sample) => _context.Recovery.Rtt.Update(sample, ackDelay: 0);

    /// <summary>The client's session begins with the reply that verified: the first number of its direction.</summary>
    public void OnHandshakeReply(long now, ulong sequence, long? rtt)
    {
        _context.Acks.OnReceived(now, sequence, ackEliciting: false, immediately: false, _context.Local.MaxAckDelayMicros);
        if (rtt is { } sample)
        {
            OnHandshakeRtt(sample);
        }
    }

    /// <summary>Nobody can take any more what the application was handed: the session has ended, and its other side is gone.</summary>
    public void ReleaseDelivered() => Memory.Return(Memory.Delivered);

    /// <inheritdoc cref="StreamSet.TryOpen"/>
    public bool TryOpenStream(in StreamSettings settings, IStreamEvents events, out PacketChannel stream) =>
        MakeStreams().TryOpen(settings, events, out stream);

    /// <summary>Takes a datagram whose first header names this session.</summary>
    public void OnDatagram(long now, in NetworkPath path, in FrameHeader header, Span<byte> datagram) =>
        _reception.OnDatagram(now, path, header, datagram);

    public override void OnTimer(long now) => _timers.OnTimer(now);

    /// <inheritdoc cref="SessionTimers.OnUnknownSessionHint"/>
    public void OnUnknownSessionHint(long now) => _timers.OnUnknownSessionHint(now);

    /// <summary>Writes the next datagram that is due; false if none is.</summary>
    public bool TryWriteDatagram(long now, Span<byte> buffer, out int length, out NetworkPath path)
    {
        (length, path) = (0, Path);
        EndIfDue(now);
        return State switch
        {
            SessionState.Ready => _writer.TryWrite(now, buffer, out length, ref path),
            SessionState.Close => TryWriteGoAway(now, buffer, out length),
            _ => false,
        };
    }

    /// <summary>
    /// Ends the session once everything queued is acknowledged, at the latest after <paramref name="drainMicros"/>, or when the peer took none of it for the idle timeout.
    /// </summary>
    public void Close(long now, long drainMicros, ushort? applicationCode, string? text = null)
    {
        if (_context.IsOver)
        {
            return;
        }

        _context.Close.Request(now, drainMicros, _context.IdleTimeout, applicationCode, text);
        _endpoint.Touch(this);
    }

    /// <summary>Ends the session at once.</summary>
    public void Abort(long now, ushort? applicationCode, string? text = null, GoAwayReason reason = GoAwayReason.Application) =>
        End(now, new SessionEnd(SessionEndCause.Aborted, applicationCode, GoAwayText.Clean(text), reason), tellPeer: true);

    /// <summary>Forgets an unconfirmed session without telling anyone; its endpoint removes it.</summary>
    public void Discard()
    {
        _context.State = SessionState.Close;
        Release();
        DisposeKeys();
    }

    public void DisposeKeys()
    {
        IsForgotten = true;
        _context.Close.Stop();
        Ciphers.Clear();
    }

    /// <summary>A datagram of the peer verified.</summary>
    internal void OnPeerHeard(long now, int length)
    {
        _context.Counters.OnReceived(length);
        _context.Liveness.OnVerified(now);
        _timers.OnPeerHeard();
        if (!_context.IsServer)
        {
            _writer.OnPeerHeard();
        }
    }

    /// <summary>Its streams, made if there were none.</summary>
    internal StreamSet MakeStreams() => _writer.Streams ??= new StreamSet(_context, Inbox, Outbox);

    /// <summary>Ends the session; what its application has not been told yet, it is told now.</summary>
    internal void End(long now, SessionEnd end, bool tellPeer)
    {
        if (_context.IsOver)
        {
            return;
        }

        if (tellPeer && _endpoint.IsStopping && end.Reason == GoAwayReason.Application)
        {
            // The application ends its sessions because it was asked to.
            end = end with { Reason = GoAwayReason.Stopping };
        }

        _context.State = SessionState.Close;
        _context.Close.Begin(now, end, tellPeer, _context.Recovery.ProbeTimeout);
        _endpoint.Counters.SessionsEnded++;
        _endpoint.OnEnded(this);
        Events?.OnEnded(this, end);
        Release();
        _endpoint.Touch(this);
    }

    /// <summary>Ends the session if its keys are used up, or if it was to end when all had arrived and all has.</summary>
    private void EndIfDue(long now)
    {
        if (!_context.IsReady)
        {
            return;
        }

        if (!_writer.UpdateKeys())
        {
            End(now, SessionEnd.KeysUsedUp, tellPeer: true);
        }
        else if (_context.Close.IsRequested && (_context.Close.IsDrainOver || IsFlushed()))
        {
            End(now, _context.Close.RequestedEnd, tellPeer: true);
        }
    }

    private bool IsFlushed() => Outbox.IsFlushed && !Messages.HasContent && Values.IsFlushed && Streams is null or { IsFlushed: true };

    private bool TryWriteGoAway(long now, Span<byte> buffer, out int length)
    {
        length = 0;
        var datagram = new DatagramBuilder(buffer[..DatagramSize], Id, _endpoint.Timestamp(now), DatagramSealer.Overhead);
        if (!_context.Close.TryWriteGoAway(ref datagram))
        {
            return false;
        }

        length = Ciphers.Seal(now, buffer, datagram.ClearLength, datagram.Length);
        _context.Counters.OnSent(length);
        return true;
    }

    /// <summary>Lets go of all that was to be sent or waited for more; what the application was handed is its own.</summary>
    private void Release()
    {
        Streams?.EndAll();
        _context.Recovery.Clear();
        Messages.Clear();
        Values.Clear();
        Outbox.End();
        OwnChannel.Receiver.Clear();
        Memory.OnEnded();
        Pings.Clear();
    }
}
