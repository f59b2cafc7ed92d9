namespace UDPack.Protocol.Recovery;

/// <summary>Learns the fate of what it sent.</summary>
internal interface ISentFrameOwner
{
    /// <summary>The peer has it. May come after <see cref="OnFrameLost"/>, if the datagram was only late.</summary>
    void OnFrameAcknowledged(in SentFrame frame);

    void OnFrameLost(in SentFrame frame);

    /// <summary>An ack-eliciting datagram arrived, called before its frames are reported.</summary>
    void OnDatagramAcknowledged(long now, ulong sequence, int size)
    {
    }

    /// <summary>
    /// Of what was found lost together on the present path, path MTU probes aside, the largest datagram beside which nothing as large that was
    /// sent later has arrived. Called once, if there is one, after all frames were reported.
    /// </summary>
    void OnUnrefutedLoss(long now, ulong sequence, long sentAt, int size)
    {
    }
}
