using UDPack.Protocol.Collections;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Keys;
using UDPack.Protocol.Paths;
using UDPack.Protocol.Recovery;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Timers;

namespace UDPack.Protocol;

/// <summary>
/// One session after its keys are agreed: seals and opens datagrams, delivers packets once and in order, recovers losses,
/// and ends. Driven by its endpoint; see the partial files for receiving, sending, streams, the path, deadlines and closing.
/// </summary>
internal sealed partial class Session : TimerNode, ISentFrameOwner
{
    /// <summary>Every path carries this much (RFC 9000 §14).</summary>
    public const int DatagramSize = 1200;

    /// <summary>The largest packet that a datagram of this size holds whole: header, packet id, counter and tag taken off.</summary>
    public const int LargestWholePacket = DatagramSize - FrameHeader.Size - sizeof(uint) - DatagramSealer.Overhead;

    private const int LargestPacket = 1 << 30;
    private const int MaxQueuedPongs = 16;

    private readonly Endpoint _endpoint;
    private readonly SessionOptions _options;
    private readonly SessionCiphers _ciphers;
    private readonly bool _isServer;
    private readonly long _idleTimeout;
    private readonly long _maxAckDelay;
    private readonly TransportParameters _local;
    private readonly TransportParameters _peer;

    private LossRecovery _recovery;
    private AckTracker _acks = new();
    private PathMtu _mtu;
    private SendScheduler _scheduler;
    private RingQueue<PacketBuffer> _pongs;
    private DatagramQueue _messages;

    private bool _confirmationDue;
    private bool _peerConfirmed;
    private bool _pingDue;
    private bool _ackTaken;

    private Liveness _liveness;
    private SessionCounters _counters;

    public Session(Endpoint endpoint, SessionSetup setup, SessionOptions options, in NetworkPath path, long now)
    {
        _endpoint = endpoint;
        Memory = new SessionMemory(endpoint.Memory, now);
        _options = options;
        _ciphers = new SessionCiphers(setup.Sealer, setup.Opener, setup.Algorithm, options.KeyUpdateAfter, options.CipherIdleMicros, now);
        _isServer = setup.IsServer;
        _local = setup.Local;
        _peer = setup.Peer;
        Id = setup.Id;
        Algorithm = setup.Algorithm;
        Path = path;
        FirstRemoteAddress = path.Remote;
        MaxPacketBytes = (int)Math.Min(LargestPacket, setup.Peer.MaxPacketBytes);
        _idleTimeout = TransportParameters.EffectiveIdleTimeoutMs(setup.Local, setup.Peer) * 1000;
        _maxAckDelay = setup.Local.MaxAckDelayMicros;
        _recovery = new LossRecovery(this, setup.Peer.MaxAckDelayMicros, DatagramSize, options.Congestion);
        _mtu = new PathMtu(DatagramSize, (int)Math.Min(setup.Peer.MaxUdpPayload, options.MaxUdpPayload));
        _mtu.Reset(now);
        _messages = new DatagramQueue(options.DatagramQueueBytes, Memory);
        _credit = new SendCredit(setup.Peer.InitialSessionCredit);
        _largestAccepted = (int)Math.Min(LargestPacket, setup.Local.MaxPacketBytes);
        _window = new ReceiveCredit(setup.Local.InitialSessionCredit, options.MaxSessionWindow, Cost.Of(_largestAccepted));
        _liveness = new Liveness(
            _isServer, _idleTimeout, Liveness.Fit(options.KeepAliveMicros, setup.Local.IdleTimeoutMs * 1000, _idleTimeout), now);

        // Seed 2.3: the server's session is OPEN until the client confirms; the client's is READY with the verified reply.
        State = _isServer ? SessionState.Open : SessionState.Ready;
        _confirmationDue = !_isServer;
    }

    public uint Id { get; }

    public SessionState State { get; private set; }

    /// <inheritdoc cref="SessionOptions.UserState"/>
    public object? UserState => _options.UserState;

    /// <summary>The way datagrams go: to where the peer is, which may move, from where it sends to. Clients leave the local end to the system.</summary>
    public NetworkPath Path { get; private set; }

    /// <summary>Where the peer is.</summary>
    public PeerAddress RemoteAddress => Path.Remote;

    /// <summary>Where the peer was at first; never changes, so any thread may read it.</summary>
    public PeerAddress FirstRemoteAddress { get; }

    public CipherAlgorithm Algorithm { get; }

    /// <summary>What the application's validator decided about the client; servers only.</summary>
    public object? Verdict { get; init; }

    /// <summary>The application side; set when the session becomes READY.</summary>
    public ISessionEvents? Events { get; set; }

    /// <summary>The largest packet the peer takes from us.</summary>
    public int MaxPacketBytes { get; }

    /// <summary>The largest unreliable message that the path carries now.</summary>
    public int MaxDatagramBytes => _mtu.Current - FrameHeader.Size - DatagramSealer.Overhead;

    /// <summary>The largest sequenced message that the path carries now.</summary>
    public int MaxSequencedBytes => MaxDatagramBytes - PlaceSize;

    /// <summary>How many streams this side may have open at once.</summary>
    public long MaxLocalStreams => _peer.MaxStreams;

    /// <summary>What it holds of its endpoint's memory.</summary>
    public SessionMemory Memory { get; }

    /// <summary>How much may be in flight.</summary>
    public long CongestionWindow => _recovery.Congestion.Window;

    /// <summary>Seals, opens and numbers its datagrams; the handshake's reply, too.</summary>
    public SessionCiphers Ciphers => _ciphers;

    /// <summary>The handshake it came from, until it is READY; servers only.</summary>
    internal PendingHandshake? Pending { get; set; }

    /// <summary>The handshake it came from, until the server has confirmed; clients only. Told when the confirmation is sent.</summary>
    internal ClientHandshake? Handshake { get; set; }

    /// <summary>For the endpoint's queue of sessions with something to write.</summary>
    internal Session? NextTouched { get; set; }

    internal bool IsTouched { get; set; }

    /// <summary>Its keys are gone; nothing may be scheduled or written for it any more.</summary>
    internal bool IsForgotten { get; private set; }

    public long KeepAliveInterval => _liveness.KeepAliveInterval;

    public SessionSnapshot Snapshot() => new(
        _recovery.Rtt.HasSample ? _recovery.Rtt.Smoothed : 0,
        _recovery.Rtt.Min,
        _recovery.Congestion.Window,
        _recovery.Congestion.PacingRate,
        _mtu.Current,
        _recovery.BytesInFlight,
        _counters.DatagramsSent,
        _counters.DatagramsReceived,
        _recovery.DatagramsLost,
        _recovery.SpuriousLosses,
        _counters.BytesSent,
        _counters.BytesReceived,
        _counters.PacketsSent,
        _counters.PacketsReceived,
        _counters.MessagesSent,
        _counters.MessagesReceived,
        _messages.Dropped,
        _streams?.Count ?? 0,
        _counters.MessagesLate,
        _counters.ValuesSent,
        _counters.ValuesReceived,
        _outgoingValues?.Replaced ?? 0,
        _liveness.LastVerifiedAt);

    /// <summary>The server's reply measured the round trip: sent once, so its confirmation is no ambiguous sample.</summary>
    public void OnHandshakeRtt(long sample) => _recovery.Rtt.Update(sample, ackDelay: 0);

    /// <summary>The client's session begins with the reply that verified: the first number of its direction.</summary>
    public void OnHandshakeReply(long now, ulong sequence, long? rtt)
    {
        _acks.OnReceived(now, sequence, ackEliciting: false, immediately: false, _maxAckDelay);
        if (rtt is { } sample)
        {
            OnHandshakeRtt(sample);
        }
    }

    /// <summary>Queues a packet of the session's own channel; the session owns the buffer until <see cref="ISessionEvents.OnPacketDone"/>.</summary>
    public void Send(long now, PacketBuffer packet)
    {
        if (State == SessionState.Close || _close.IsMade)
        {
            Events?.OnPacketDone(this, packet, PacketFate.Lost);
            return;
        }

        Memory.OnMoved(now, packet.Length);
        _main.Sender.Enqueue(packet, long.MaxValue);
        Schedule(_main);
    }

    /// <summary>The application wants to send larger messages than fit now: worth a search of what the path carries.</summary>
    public void FindLargerDatagrams()
    {
        if (State == SessionState.Ready && !_sendsLargeMessages)
        {
            _sendsLargeMessages = true;
            _endpoint.Touch(this);
        }
    }

    /// <summary>
    /// Queues an unreliable message; the session owns the buffer. If it has a lane, its <see cref="PacketBuffer.Label"/>, it is a sequenced one, and its number
    /// is one more than that of the message before it.
    /// </summary>
    public void SendDatagram(long now, PacketBuffer message)
    {
        if (message.Length >= LargeMessage)
        {
            FindLargerDatagrams();
        }

        if (State == SessionState.Close || _close.IsMade || message.Length > LargestMessage(message))
        {
            message.Release();
            return;
        }

        _messages.Enqueue(message);
        _endpoint.Touch(this);
    }

    /// <summary>The application took packets from the session's own channel.</summary>
    public void OnConsumed(long now, in Taken taken)
    {
        if (State == SessionState.Ready)
        {
            Consume(now, taken.Cost);
        }

        Memory.Return(taken.Memory);
    }

    /// <summary>Nobody can take any more what the application was handed: the session has ended, and its other side is gone.</summary>
    public void ReleaseDelivered() => Memory.Return(Memory.Delivered);
}
