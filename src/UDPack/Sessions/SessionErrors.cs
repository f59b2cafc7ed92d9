using UDPack.Protocol;

namespace UDPack.Sessions;

/// <summary>How a session's end reads to whoever still wants something of it.</summary>
internal static class SessionErrors
{
    public static UdpackException Create(UdpackCloseReason? reason)
    {
        var (error, message) = reason?.Cause switch
        {
            null or SessionEndCause.ClosedLocally => (UdpackError.SessionClosed, "The session was closed."),
            SessionEndCause.ClosedByPeer => (UdpackError.SessionClosed, $"The peer closed the session{Because(reason)}."),
            SessionEndCause.Aborted when GaveWay(reason) => (UdpackError.SessionAborted, $"The session was ended: {reason.Detail}."),
            SessionEndCause.Aborted => (UdpackError.SessionAborted, "The session was aborted."),
            SessionEndCause.PeerError => (UdpackError.SessionAborted, $"The peer ended the session with an error{Because(reason)}."),
            SessionEndCause.Expired => (UdpackError.SessionExpired, Expired(reason)),
            SessionEndCause.UnknownToPeer => (UdpackError.PeerRestarted, "The server does not know the session any more; it was probably restarted. Connect again."),
            SessionEndCause.KeysExhausted => (UdpackError.SessionAborted, "The session's keys are used up. Connect again."),
            _ => (UdpackError.SessionAborted, $"The peer broke the protocol: {reason.Detail}."),
        };
        if (reason is { ApplicationCode: { } code })
        {
            message += $" Application code {code}.";
        }

        if (reason is { Detail: { } text, Cause: not (SessionEndCause.ProtocolError or SessionEndCause.KeysExhausted) } && !GaveWay(reason))
        {
            message += $" It said: \"{text}\".";
        }

        return new UdpackException(error, message) { ApplicationCode = reason?.ApplicationCode };
    }

    private static bool GaveWay(UdpackCloseReason reason) => reason is { Cause: SessionEndCause.Aborted, Reason: GoAwayReason.Busy, Detail: not null };

    private static string Because(UdpackCloseReason reason) => reason.Reason switch
    {
        GoAwayReason.Stopping => ": it stops",
        GoAwayReason.Moved => ": this side moved to an address that may have no more sessions there",
        GoAwayReason.Busy => ": it has no room for it",
        GoAwayReason.HandlerFailed => ": its handler failed",
        GoAwayReason.ProtocolError => ": it says that this side broke the protocol",
        GoAwayReason.KeysExhausted => ": the keys are used up",
        _ => "",
    };

    private static string Expired(UdpackCloseReason reason) => reason.Reason switch
    {
        GoAwayReason.Expired => "The session expired: its authorisation ran out.",
        GoAwayReason.Idle => "The session expired: nothing was heard within the idle timeout, by this side or the peer.",
        _ => "The session expired: nothing was heard from the peer within the idle timeout, or the peer said so.",
    };
}
