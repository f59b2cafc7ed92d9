using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Sessions;

/// <summary>
/// How a session ended: the cause, the application's code if one was given, a text for logs (what was wrong, or what the ending side said), and the
/// reason that the ending side gives the other.
/// </summary>
internal readonly record struct SessionEnd(
    SessionEndCause Cause, ushort? ApplicationCode = null, string? Detail = null, GoAwayReason Reason = GoAwayReason.Unspecified)
{
    /// <summary>Nothing was heard for the idle timeout.</summary>
    public static SessionEnd Idle => new(SessionEndCause.Expired, Reason: GoAwayReason.Idle);

    /// <summary>Its authorisation ran out.</summary>
    public static SessionEnd AuthorisationOver => new(SessionEndCause.Expired, Reason: GoAwayReason.Expired);

    /// <summary>The keys may seal no more, and the peer never let them be changed.</summary>
    public static SessionEnd KeysUsedUp => new(
        SessionEndCause.KeysExhausted, Detail: "the peer acknowledged nothing in a whole key generation", Reason: GoAwayReason.KeysExhausted);

    /// <summary>So many datagrams failed to verify that the peer's keys are not safe any more.</summary>
    public static SessionEnd TooManyForgeries => new(
        SessionEndCause.KeysExhausted, Detail: "too many datagrams failed to verify", Reason: GoAwayReason.KeysExhausted);

    /// <summary>Its peer moved to where no further session may be.</summary>
    public static SessionEnd Moved => new(
        SessionEndCause.Aborted, Detail: "moved to an address that has as many sessions as it may have", Reason: GoAwayReason.Moved);

    /// <summary>It held much memory for a peer that let nothing move, and others want some.</summary>
    public static SessionEnd GaveWay => new(
        SessionEndCause.Aborted, Detail: "memory was used up, and the session held much of it without going on", Reason: GoAwayReason.Busy);

    public GoAwayCode GoAway => Cause switch
    {
        SessionEndCause.ClosedLocally => GoAwayCode.Normal,
        SessionEndCause.Expired => GoAwayCode.Expired,
        _ => GoAwayCode.Error,
    };

    /// <summary>The end that a peer's goaway means for this side.</summary>
    public static SessionEnd FromPeer(in GoAwayFrame frame) => new(
        frame.Code switch
        {
            GoAwayCode.Normal => SessionEndCause.ClosedByPeer,
            GoAwayCode.Expired => SessionEndCause.Expired,
            _ => SessionEndCause.PeerError,
        },
        frame.ApplicationCode,
        GoAwayText.Read(frame.Text),
        frame.Reason <= GoAwayReason.KeysExhausted ? frame.Reason : GoAwayReason.Unspecified);

    /// <summary>Writes the payload of its goaway and returns its length.</summary>
    public int WriteGoAway(Span<byte> payload) => GoAwayFrame.Write(payload, GoAway, Reason, ApplicationCode, Detail);
}
