using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>The owner of frames that notes what it is told of them.</summary>
internal sealed class FrameFates : ISentFrameOwner
{
    public List<ulong> Acknowledged { get; } = [];

    public List<ulong> Lost { get; } = [];

    /// <summary>A frame of this owner.</summary>
    public SentFrame Frame(ulong number, SentFrameKind kind = SentFrameKind.Data) => new(this, kind, Number: (long)number);

    /// <summary>Has the owners told what is settled, as a session does after each ack and timer.</summary>
    public static void Tell(ref LossRecovery recovery, long now = 0)
    {
        while (recovery.Settled.TryTake(out var frame, out var isAcknowledged))
        {
            if (isAcknowledged)
            {
                frame.Owner.OnAcknowledged(now, frame);
            }
            else
            {
                frame.Owner.OnLost(now, frame);
            }
        }
    }

    public void OnAcknowledged(long now, in SentFrame frame) => Acknowledged.Add((ulong)frame.Number);

    public void OnLost(long now, in SentFrame frame) => Lost.Add((ulong)frame.Number);
}
