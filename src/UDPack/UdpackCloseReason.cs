using UDPack.Protocol;

namespace UDPack;

/// <summary>How a session ended.</summary>
/// <param name="Cause">Who or what ended it.</param>
/// <param name="ApplicationCode">The code the ending side's application gave, if any.</param>
/// <param name="Detail">What was wrong, for protocol errors. For logs.</param>
public sealed record UdpackCloseReason(SessionEndCause Cause, ushort? ApplicationCode = null, string? Detail = null)
{
    /// <summary>Whether it ended as a session should: closed by one side after its data was delivered.</summary>
    public bool IsGraceful => Cause is SessionEndCause.ClosedLocally or SessionEndCause.ClosedByPeer;
}
