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
            SessionEndCause.ClosedByPeer => (UdpackError.SessionClosed, "The peer closed the session."),
            SessionEndCause.Aborted => (UdpackError.SessionAborted, "The session was aborted."),
            SessionEndCause.PeerError => (UdpackError.SessionAborted, "The peer ended the session with an error."),
            SessionEndCause.Expired => (UdpackError.SessionExpired, "The session expired: nothing was heard from the peer within the idle timeout, or the peer said so."),
            SessionEndCause.UnknownToPeer => (UdpackError.PeerRestarted, "The server does not know the session any more; it was probably restarted. Connect again."),
            SessionEndCause.KeysExhausted => (UdpackError.SessionAborted, "The session's keys are used up. Connect again."),
            _ => (UdpackError.SessionAborted, $"The peer broke the protocol: {reason.Detail}."),
        };
        if (reason?.ApplicationCode is { } code)
        {
            message += $" Application code {code}.";
        }

        return new UdpackException(error, message) { ApplicationCode = reason?.ApplicationCode };
    }
}
