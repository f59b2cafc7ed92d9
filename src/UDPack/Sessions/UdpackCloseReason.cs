using UDPack.Protocol;

namespace UDPack;

/// <summary>How a session ended.</summary>
/// <param name="Cause">Who or what ended it.</param>
/// <param name="ApplicationCode">The code the ending side's application gave, if any.</param>
/// <param name="Detail">
/// The text the ending side gave, or what was wrong. For logs: one line of at most 128 bytes as UTF-8 without control characters if it comes
/// from the peer, who may have written anything.
/// </param>
/// <param name="Reason">Why the side that ended it did: what the peer said in its goaway, or what this side said.</param>
public sealed record UdpackCloseReason(
    SessionEndCause Cause, ushort? ApplicationCode = null, string? Detail = null, GoAwayReason Reason = GoAwayReason.Unspecified)
{
    /// <summary>Whether it ended as a session should: closed by one side after its data was delivered.</summary>
    public bool IsGraceful => Cause is SessionEndCause.ClosedLocally or SessionEndCause.ClosedByPeer;
}
