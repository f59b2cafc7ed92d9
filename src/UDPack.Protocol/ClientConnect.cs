using UDPack.Protocol.Sessions;

namespace UDPack.Protocol;

/// <summary>One request to connect. Microseconds.</summary>
/// <param name="Remote">The server's address.</param>
/// <param name="Shakehand">What to send; used up by the request.</param>
/// <param name="MaxAttempts">How often to send it before giving up.</param>
/// <param name="RetryIntervalMicros">How long to wait for an answer to the first; doubles with each attempt.</param>
/// <param name="Session">Settings of the session.</param>
internal sealed record ClientConnect(
    PeerAddress Remote, PreparedShakehand Shakehand, int MaxAttempts, long RetryIntervalMicros, SessionOptions Session)
{
    /// <summary>How long after the first shakehand to give up, attempts left or not.</summary>
    public long TimeoutMicros { get; init; } = long.MaxValue;

    /// <summary>How long to wait for an answer to each shakehand, counted from 1, instead of the doubling interval; null for that.</summary>
    public Func<int, long>? Interval { get; init; }
}

/// <summary>How an attempt to connect failed.</summary>
internal enum ConnectFailureKind
{
    Timeout,
    AuthenticationFailed,
    Rejected,

    /// <summary>The server is full now.</summary>
    Busy,
    Cancelled,
}

/// <summary>The last thing seen that may explain a timeout; none of these ends an attempt by itself.</summary>
internal enum ConnectHint
{
    None,

    /// <summary>A refusal without proof that its sender could open the shakehand: perhaps a server with another key.</summary>
    UnverifiedRefusal,

    /// <summary>The network said that nobody listens there.</summary>
    Unreachable,

    /// <summary>The server asked for proof of address and then fell silent.</summary>
    RetryRequested,

    /// <summary>A reply that did not verify.</summary>
    UnverifiedReply,
}

/// <summary>A failed attempt to connect.</summary>
internal readonly record struct ConnectFailure(
    ConnectFailureKind Kind, HandshakeRejection Reason, int Attempts, TimeSpan Elapsed, ConnectHint Hint);

/// <summary>What an attempt to connect tells its owner. Called on the thread that drives the endpoint; must not block.</summary>
internal interface IConnectEvents
{
    bool ObservesHandshakes { get; }

    /// <summary>The session is READY; its <see cref="Session.Events"/> must be set before this returns.</summary>
    void OnConnected(long now, Session session);

    void OnFailed(in ConnectFailure failure);

    void OnHandshakeStep(in HandshakeStep step);

    /// <summary>
    /// The attempt goes on, but not well: the second shakehand had no answer in time, or something came that explains why there may be none. Once for each
    /// explanation.
    /// </summary>
    void OnTrouble(ConnectHint hint);
}
