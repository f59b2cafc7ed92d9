using UDPack.Protocol.Closing;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Paths;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Sessions;

/// <summary>What the parts of one session share: what was agreed, what is in flight, what it counts, and the way to its endpoint. Not thread-safe.</summary>
internal sealed class SessionContext
{
    /// <param name="session">The session that the parts are of.</param>
    /// <param name="endpoint">What drives it.</param>
    /// <param name="setup">What the handshake agreed on.</param>
    /// <param name="options">What this side decides alone.</param>
    /// <param name="now">Microseconds, as all times.</param>
    public SessionContext(Session session, Endpoint endpoint, SessionSetup setup, SessionOptions options, long now)
    {
        (Session, Endpoint, Options) = (session, endpoint, options);
        (IsServer, Local, Peer) = (setup.IsServer, setup.Local, setup.Peer);
        Memory = new SessionMemory(endpoint.Memory, now);
        Recovery = new LossRecovery(setup.Peer.MaxAckDelayMicros, Session.DatagramSize, options.Congestion);

        IdleTimeout = TransportParameters.EffectiveIdleTimeoutMs(Local, Peer) * 1000;
        Liveness = new Liveness(
            IsServer, IdleTimeout, Liveness.Fit(options.KeepAliveMicros, Local.IdleTimeoutMs * 1000, IdleTimeout), now);

        // Seed 2.3: the server's session is OPEN until the client confirms; the client's is READY with the verified reply.
        State = IsServer ? SessionState.Open : SessionState.Ready;
    }

    /// <summary>What was sent and may be lost. A value type: a property would give copies.</summary>
    public LossRecovery Recovery;

    /// <summary>What arrived and is to be acknowledged. A value type, too.</summary>
    public AckTracker Acks = new();

    /// <summary>Since when nothing was heard, and when to ask. A value type, too.</summary>
    public Liveness Liveness;

    /// <summary>What was sent and received.</summary>
    public SessionCounters Counters;

    public Session Session { get; }

    public Endpoint Endpoint { get; }

    public SessionOptions Options { get; }

    public bool IsServer { get; }

    /// <summary>What this side advertised.</summary>
    public TransportParameters Local { get; }

    /// <summary>What the peer did.</summary>
    public TransportParameters Peer { get; }

    /// <summary>The silence that ends the session, in microseconds; 0 for none.</summary>
    public long IdleTimeout { get; }

    /// <summary>What the session holds of its endpoint's memory.</summary>
    public SessionMemory Memory { get; }

    /// <summary>The application side; set when the session becomes READY.</summary>
    public ISessionEvents? Events { get; set; }

    public SessionState State { get; set; }

    public bool IsReady => State == SessionState.Ready;

    public bool IsOver => State == SessionState.Close;

    /// <summary>How it ends, from the application's wish on.</summary>
    public CloseSequence Close { get; } = new();

    /// <summary>Whether the application may still give something to be sent.</summary>
    public bool TakesMore => !IsOver && !Close.IsRequested;

    /// <summary>What the peer did wrong, in the frame at hand; null if nothing. The session ends by it when the frame is done with.</summary>
    public string? Failure { get; private set; }

    /// <summary>The peer broke the protocol: the first finding counts.</summary>
    public void Fail(string finding) => Failure ??= finding;

    /// <summary>The session may have something to write, or another deadline.</summary>
    public void Touch() => Endpoint.Touch(Session);

    /// <summary>Notes a frame that was written, so that its owner learns its fate.</summary>
    public void Track(ref DatagramBuilder datagram, in SentFrame frame)
    {
        Recovery.AddFrame(frame);
        datagram.TrackedFrames++;
    }
}
