namespace UDPack.Protocol;

/// <summary>Why a session ended.</summary>
public enum SessionEndCause
{
    /// <summary>This side closed it; all data was acknowledged or the drain timeout passed.</summary>
    ClosedLocally,

    /// <summary>This side ended it at once, without flushing.</summary>
    Aborted,

    /// <summary>The peer closed it normally (goaway 0).</summary>
    ClosedByPeer,

    /// <summary>The peer ended it with an error (goaway 1).</summary>
    PeerError,

    /// <summary>Nothing was heard from the peer within the idle timeout, or the peer said so (goaway 2).</summary>
    Expired,

    /// <summary>The peer broke the protocol.</summary>
    ProtocolError,

    /// <summary>The server does not know the session any more, most likely because it was restarted.</summary>
    UnknownToPeer,

    /// <summary>The keys protected, or failed to open, as many datagrams as they safely may.</summary>
    KeysExhausted,
}

/// <summary>The code in a goaway frame.</summary>
internal enum GoAwayCode : byte
{
    Normal = 0,
    Error = 1,
    Expired = 2,
}

/// <summary>How a session ended: the cause, the application's code if one was given, and for protocol errors what was wrong.</summary>
internal readonly record struct SessionEnd(SessionEndCause Cause, ushort? ApplicationCode = null, string? Detail = null)
{
    public GoAwayCode GoAway => Cause switch
    {
        SessionEndCause.ClosedLocally => GoAwayCode.Normal,
        SessionEndCause.Expired => GoAwayCode.Expired,
        _ => GoAwayCode.Error,
    };
}
