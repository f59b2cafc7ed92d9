using UDPack.Protocol.Sessions;

namespace UDPack.Protocol;

/// <summary>What became of a handshake that a worker had, or was about to have.</summary>
internal enum HandshakeOutcome
{
    Completed,
    Refused,

    /// <summary>Answered and not confirmed in time.</summary>
    Expired,

    /// <summary>Forgotten without an answer, or with one that proves nothing.</summary>
    Dropped,
}

/// <summary>The end of a handshake on the server. The reasons only mean something for their outcomes, and the limit for refusals as busy.</summary>
internal readonly record struct HandshakeEnd(
    HandshakeOutcome Outcome, HandshakeRejection Rejection, DropReason DropReason, long Micros, object? Trace, PeerAddress From, SessionLimit Limit);
