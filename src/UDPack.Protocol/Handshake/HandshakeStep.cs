namespace UDPack;

/// <summary>What happened in a handshake.</summary>
public enum HandshakeStepKind
{
    /// <summary>A shakehand frame was sent (client) or received (server).</summary>
    Shakehand,

    /// <summary>The server asked for proof of address with a retry cookie.</summary>
    Retry,

    /// <summary>The server's handshake frame was sent (server) or verified (client).</summary>
    Reply,

    /// <summary>The client's confirming handshake frame was sent (client) or verified (server).</summary>
    Confirmation,

    /// <summary>The handshake was refused.</summary>
    Refusal,

    /// <summary>The configured attempts are used up (client), or the confirmation did not come in time (server).</summary>
    Timeout,
}

/// <summary>One step of a handshake, for display and diagnosis.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="State">The session's state on this side after it.</param>
/// <param name="SessionId">The session id as far as it is known: the low half is 0 until the server chose it.</param>
/// <param name="Bytes">The size of the frame's datagram, 0 if the step has none.</param>
/// <param name="Attempt">Which attempt of the client this belongs to, from 1; 0 on the server.</param>
/// <param name="Elapsed">Time since the handshake began on this side.</param>
public readonly record struct HandshakeStep(
    HandshakeStepKind Kind, SessionState State, uint SessionId, int Bytes, int Attempt, TimeSpan Elapsed);
