namespace UDPack;

/// <summary>Why a datagram was dropped. Every dropped datagram is counted under exactly one of these.</summary>
public enum DropReason
{
    /// <summary>Shorter than its own fields say, or than the smallest datagram of its kind.</summary>
    Truncated,

    /// <summary>Longer than its fields say, or than its kind may be.</summary>
    Oversized,

    /// <summary>A reserved bit is set.</summary>
    ReservedBits,

    /// <summary>An opcode this version does not know.</summary>
    UnknownOpcode,

    /// <summary>Flags that the opcode may not have.</summary>
    FlagsNotAllowed,

    /// <summary>A frame for the other role, such as a shakehand that reached a client.</summary>
    WrongRole,

    /// <summary>A session id that may not stand there, such as client id 0.</summary>
    BadSessionId,

    /// <summary>No session has this id.</summary>
    UnknownSession,

    /// <summary>A client got it from an address it did not connect to.</summary>
    WrongAddress,

    /// <summary>A datagram number that was seen before, or is older than the replay window.</summary>
    Replayed,

    /// <summary>A key generation that is neither current, previous nor next.</summary>
    UnknownKeyGeneration,

    /// <summary>Decryption failed: not sealed by the peer, or damaged on the way.</summary>
    NotAuthentic,

    /// <summary>A shakehand sealed for a key the server does not hold.</summary>
    UnknownKey,

    /// <summary>A shakehand in a sealing suite the server does not know, or that does not fit its key.</summary>
    UnknownSuite,

    /// <summary>A shakehand that does not open, or whose content is malformed.</summary>
    BadShakehand,

    /// <summary>A shakehand that repeats one in progress, READY or answered.</summary>
    RepeatedShakehand,

    /// <summary>A retry cookie that is missing, stale or forged.</summary>
    BadCookie,

    /// <summary>The table of pending handshakes, or the queue of public-key work, is full.</summary>
    HandshakesFull,

    /// <summary>The server does not admit new sessions: it is starting or draining.</summary>
    NotAdmitting,

    /// <summary>A reply, refusal or retry that matches no handshake in progress or does not verify.</summary>
    UnexpectedReply,

    /// <summary>A reply that would have been larger than what it answers was not sent.</summary>
    AmplificationLimit,

    /// <summary>A clear goaway from a server that does not know the session: a hint, never obeyed by itself.</summary>
    GoAwayHint,

    /// <summary>A datagram for a session that has ended, or with a packet for one that takes no more. The latter is not acknowledged.</summary>
    SessionClosed,

    /// <summary>A verified datagram that breaks the protocol; its session ends.</summary>
    ProtocolError,

    /// <summary>A verified datagram whose data was not taken, and not acknowledged, as all memory for received data is in use. It comes again.</summary>
    MemoryUsedUp,

    /// <summary>A shakehand from an address prefix that begins more handshakes per second than it may.</summary>
    HandshakeRate,

    /// <summary>
    /// A verified datagram with a value that was not taken, and not acknowledged: more keys wait for the application than may, all memory for received data
    /// is in use, or it came so late that its place is forgotten. The value comes again, or a newer one.
    /// </summary>
    ValueNotTaken,
}
