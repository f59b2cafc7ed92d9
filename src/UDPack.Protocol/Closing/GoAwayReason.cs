namespace UDPack;

/// <summary>Why the side that ended a session did, as it tells the other side with its goaway.</summary>
public enum GoAwayReason : byte
{
    /// <summary>It did not say, or this version does not know what it said.</summary>
    Unspecified = 0,

    /// <summary>Its application closed or aborted the session.</summary>
    Application = 1,

    /// <summary>The server stops. Connect again: to another server, or to this one when it is back.</summary>
    Stopping = 2,

    /// <summary>It heard nothing within the idle timeout.</summary>
    Idle = 3,

    /// <summary>The session's authorisation ran out. Connect again with a fresh token.</summary>
    Expired = 4,

    /// <summary>The peer moved to an address that may have no more sessions.</summary>
    Moved = 5,

    /// <summary>It has no room for the session, or its memory was used up and the session held much of it without going on. Connect again later.</summary>
    Busy = 6,

    /// <summary>Its application's handler failed.</summary>
    HandlerFailed = 7,

    /// <summary>The peer broke the protocol; the text says how.</summary>
    ProtocolError = 8,

    /// <summary>The keys protected, or failed to open, as many datagrams as they safely may. Connect again.</summary>
    KeysExhausted = 9,
}
