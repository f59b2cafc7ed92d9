namespace UDPack.Protocol.Recovery;

/// <summary>Wrote frames, and is told what became of them: after an ack or a timer was worked off, never in the middle of it.</summary>
internal interface ISentFrameOwner
{
    /// <summary>The peer has it. May come after <see cref="OnLost"/>, if the datagram was only late.</summary>
    void OnAcknowledged(long now, in SentFrame frame);

    /// <summary>The peer does not seem to have it: whatever of it still matters is to be sent again.</summary>
    void OnLost(long now, in SentFrame frame);
}
