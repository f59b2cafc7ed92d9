using UDPack.Protocol.Collections;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Recovery;
using UDPack.Protocol.Timers;

namespace UDPack.Protocol;

/// <summary>
/// One session after its keys are agreed: seals and opens datagrams, delivers packets once and in order, recovers losses,
/// and ends. Driven by its endpoint; see the partial files for receiving, sending, deadlines and closing.
/// </summary>
internal sealed partial class Session : TimerNode, ISentFrameOwner
{
    /// <summary>Every path carries this much (RFC 9000 §14).</summary>
    public const int DatagramSize = 1200;

    /// <summary>The largest packet one datagram holds: its header, packet id, counter and tag taken off.</summary>
    public const int LargestWholePacket = DatagramSize - FrameHeader.Size - sizeof(uint) - DatagramSealer.Overhead;

    private const int MaxQueuedPongs = 16;
    private const long ImmediateDrain = 0;

    private readonly Endpoint _endpoint;
    private readonly SessionOptions _options;
    private readonly DatagramSealer _sealer;
    private readonly DatagramOpener _opener;
    private readonly bool _isServer;
    private readonly long _idleTimeout;
    private readonly long _maxAckDelay;
    private readonly int _largestAccepted;

    private LossRecovery _recovery;
    private AckTracker _acks = new();
    private PacketSender _sender;
    private PacketReceiver _receiver;
    private RingQueue<PacketBuffer> _pongs;

    private bool _confirmationDue;
    private bool _peerConfirmed;
    private bool _peerIsSlow;
    private bool _pingDue;
    private bool _ackTaken;
    private bool _blockedInFlight;
    private bool _creditRiseInFlight;
    private bool _creditRiseLost;

    private long _idleSince;
    private bool _elicitedSinceReceive;
    private long _keepAliveSince;
    private long _lastActivity;
    private bool _holdsCiphers;
    private long _dropPreviousKeysAt = long.MaxValue;
    private ulong _generationStart;

    private long _datagramsSent;
    private long _datagramsReceived;
    private long _bytesSent;
    private long _bytesReceived;
    private long _packetsSent;
    private long _packetsReceived;

    public Session(Endpoint endpoint, SessionSetup setup, SessionOptions options, in PeerAddress remote, long now)
    {
        _endpoint = endpoint;
        _options = options;
        _sealer = setup.Sealer;
        _opener = setup.Opener;
        _isServer = setup.IsServer;
        Id = setup.Id;
        Algorithm = setup.Algorithm;
        RemoteAddress = remote;
        MaxPacketBytes = (int)Math.Min(LargestWholePacket, setup.Peer.MaxPacketBytes);
        _idleTimeout = TransportParameters.EffectiveIdleTimeoutMs(setup.Local, setup.Peer) * 1000;
        _maxAckDelay = setup.Local.MaxAckDelayMicros;
        _recovery = new LossRecovery(this, setup.Peer.MaxAckDelayMicros, DatagramSize, CongestionAlgorithm.Cubic);
        _sender = new PacketSender(setup.Peer.InitialSessionCredit);
        _largestAccepted = (int)Math.Min(LargestWholePacket, setup.Local.MaxPacketBytes);
        _receiver = new PacketReceiver(setup.Local.InitialSessionCredit, _largestAccepted);
        _idleSince = _keepAliveSince = _lastActivity = now;
        _holdsCiphers = true;

        // Seed 2.3: the server's session is OPEN until the client confirms; the client's is READY with the verified reply.
        State = _isServer ? SessionState.Open : SessionState.Ready;
        _confirmationDue = !_isServer;
    }

    public uint Id { get; }

    public SessionState State { get; private set; }

    public PeerAddress RemoteAddress { get; }

    public CipherAlgorithm Algorithm { get; }

    /// <summary>What the application's validator decided about the client; servers only.</summary>
    public object? Verdict { get; init; }

    /// <summary>The application side; set when the session becomes READY.</summary>
    public ISessionEvents? Events { get; set; }

    /// <summary>The largest packet the peer takes from us.</summary>
    public int MaxPacketBytes { get; }

    /// <summary>Seals what the handshake itself sends.</summary>
    public DatagramSealer Sealer => _sealer;

    /// <summary>The handshake it came from, until it is READY; servers only.</summary>
    internal Handshake.PendingHandshake? Pending { get; set; }

    /// <summary>The handshake it came from, until the server has confirmed; clients only. Told when the confirmation is sent.</summary>
    internal ClientHandshake? Handshake { get; set; }

    /// <summary>For the endpoint's queue of sessions with something to write.</summary>
    internal Session? NextTouched { get; set; }

    internal bool IsTouched { get; set; }

    /// <summary>Its keys are gone; nothing may be scheduled or written for it any more.</summary>
    internal bool IsForgotten { get; private set; }

    private long KeepAliveInterval =>
        _options.KeepAliveMicros ?? (_idleTimeout == 0 ? 10_000_000 : Math.Min(_idleTimeout / 3, 10_000_000));

    public SessionSnapshot Snapshot() => new(
        _recovery.Rtt.HasSample ? _recovery.Rtt.Smoothed : 0,
        _recovery.Rtt.Min,
        _recovery.Congestion.Window,
        _recovery.BytesInFlight,
        _datagramsSent,
        _datagramsReceived,
        _recovery.DatagramsLost,
        _bytesSent,
        _bytesReceived,
        _packetsSent,
        _packetsReceived);

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

    /// <summary>Queues a packet; the session owns the buffer until <see cref="ISessionEvents.OnPacketDone"/>.</summary>
    public void Send(long now, PacketBuffer packet)
    {
        if (State == SessionState.Close || _closeRequested)
        {
            Events?.OnPacketDone(this, packet, acknowledged: false);
            return;
        }

        _sender.Enqueue(packet);
        _endpoint.Touch(this);
    }

    /// <summary>The application took a packet of this length.</summary>
    public void OnConsumed(long now, int packetLength) => OnConsumedCost(now, Cost.Of(packetLength));

    /// <summary>The application took packets that cost this much together; see <see cref="Cost"/>.</summary>
    public void OnConsumedCost(long now, long cost)
    {
        _receiver.OnConsumed(cost);
        if (State == SessionState.Ready && _receiver.OwesCredit)
        {
            _endpoint.Touch(this);
        }
    }

    void ISentFrameOwner.OnFrameAcknowledged(in SentFrame frame)
    {
        switch (frame.Kind)
        {
            case SentFrameKind.Packet:
                if (_sender.OnAcknowledged((long)frame.Value) is { } packet)
                {
                    Events?.OnPacketDone(this, packet, acknowledged: true);
                }

                break;
            case SentFrameKind.Ack:
                _acks.OnAckAcknowledged(frame.Value);
                break;
            case SentFrameKind.CreditRise:
                _creditRiseInFlight = false;
                break;
            case SentFrameKind.Blocked:
                // The credit that came with the ack is the answer; if it was not enough, the peer now knows what is wanted.
                break;
            case SentFrameKind.Confirmation:
                break;
        }
    }

    void ISentFrameOwner.OnFrameLost(in SentFrame frame)
    {
        switch (frame.Kind)
        {
            case SentFrameKind.Packet:
                _sender.OnLost((long)frame.Value);
                break;
            case SentFrameKind.Confirmation:
                _confirmationDue = !_peerConfirmed;
                break;
            case SentFrameKind.Blocked:
                _blockedInFlight = false;
                break;
            case SentFrameKind.CreditRise:
                // The peer may have nothing else in flight that would bring it another ack.
                _creditRiseInFlight = false;
                _creditRiseLost = true;
                break;
            case SentFrameKind.Ack:
                break;
        }
    }
}
