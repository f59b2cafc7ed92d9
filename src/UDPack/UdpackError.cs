namespace UDPack;

/// <summary>What went wrong, in terms a caller can act on.</summary>
public enum UdpackError
{
    /// <summary>The server did not answer any of the configured attempts (UDPack 1.0, 2.3, "timeout and retry").</summary>
    ConnectTimeout,

    /// <summary>The server refused the token (handshake code 1).</summary>
    AuthenticationFailed,

    /// <summary>The server refused the handshake for another reason (handshake code −1).</summary>
    HandshakeFailed,

    /// <summary>The session was closed, by this side or normally by the peer.</summary>
    SessionClosed,

    /// <summary>Nothing was heard from the peer within the idle timeout.</summary>
    SessionExpired,

    /// <summary>The session was ended with an error, by this side or the peer.</summary>
    SessionAborted,

    /// <summary>The peer no longer knows the session; it was probably restarted. Connect again.</summary>
    PeerRestarted,

    /// <summary>A packet is larger than the session can send.</summary>
    PacketTooLarge,

    /// <summary>The token does not fit into the handshake.</summary>
    TokenTooLarge,

    /// <summary>The socket could not be bound to its address.</summary>
    BindFailed,

    /// <summary>The client has as many sessions as one socket can tell apart.</summary>
    TooManySessions,

    /// <summary>The host name of the server does not resolve to an address.</summary>
    NameNotResolved,

    /// <summary>The stream was given up by this side or the peer; <see cref="UdpackException.ApplicationCode"/> is the code.</summary>
    StreamAborted,

    /// <summary>A packet of a stream with a deadline was not acknowledged in time and was given up.</summary>
    PacketExpired,

    /// <summary>The token for a connect could not be had: the client's token provider failed; the inner exception says why.</summary>
    TokenUnavailable,

    /// <summary>There is no session now, and the client is set up not to wait for one.</summary>
    NotConnected,

    /// <summary>The server has no room for another session now; trying again later may succeed.</summary>
    ServerFull,

    /// <summary>The values of too many keys wait for the peer's acknowledgement.</summary>
    TooManyKeys,

    /// <summary>The endpoint's memory is used up, and the session holds its share of it; trying again later may succeed.</summary>
    MemoryUsedUp,
}
