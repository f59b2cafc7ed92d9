namespace UDPack.Protocol.Recovery;

/// <summary>Learns the fate of frames it sent.</summary>
internal interface ISentFrameOwner
{
    void OnFrameAcknowledged(in SentFrame frame);

    void OnFrameLost(in SentFrame frame);
}
