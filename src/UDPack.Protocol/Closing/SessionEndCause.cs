namespace UDPack;

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
