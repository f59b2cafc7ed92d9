using UDPack.Protocol.Frames;

namespace UDPack.Protocol;

/// <summary>
/// How a session ended: the cause, the application's code if one was given, a text for logs (what was wrong, or what the ending side said), and the
/// reason that the ending side gives the other.
/// </summary>
internal readonly record struct SessionEnd(
    SessionEndCause Cause, ushort? ApplicationCode = null, string? Detail = null, GoAwayReason Reason = GoAwayReason.Unspecified)
{
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
