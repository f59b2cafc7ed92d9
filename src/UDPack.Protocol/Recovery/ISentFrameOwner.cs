namespace UDPack.Protocol.Recovery;

/// <summary>Learns the fate of what it sent.</summary>
internal interface ISentFrameOwner
{
    /// <summary>The peer has it. May come after <see cref="OnFrameLost"/>, if the datagram was only late.</summary>
    void OnFrameAcknowledged(in SentFrame frame);

    void OnFrameLost(in SentFrame frame);

    /// <summary>An ack-eliciting datagram arrived, called before its frames are reported.</summary>
    void OnDatagramAcknowledged(long now, int size, bool isMtuProbe)
    {
    }

    /// <summary>An ack-eliciting datagram was lost, called before its frames are reported.</summary>
    void OnDatagramLost(long now, int size, long sentAt, bool isMtuProbe)
    {
    }
}
