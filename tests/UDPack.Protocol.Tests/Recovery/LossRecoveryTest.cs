using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>One sender's recovery and what it told the owner of its frames.</summary>
public abstract class LossRecoveryTest
{
    protected const int Size = 1200;
    protected const long Ms = 1000;

    // A value type: a property would give copies of it.
    private protected LossRecovery Recovery = new(25 * Ms, Size, CongestionAlgorithm.Cubic);

    /// <summary>The number of the next datagram.</summary>
    protected ulong Next { get; set; }

    protected List<ulong> Acknowledged => Told.Acknowledged;

    protected List<ulong> Lost => Told.Lost;

    private protected FrameFates Fates { get; } = new();

    private FrameFates Told
    {
        get
        {
            FrameFates.Tell(ref Recovery);
            return Fates;
        }
    }

    protected void Send(long now, int count)
    {
        for (; count > 0; count--)
        {
            Recovery.AddFrame(Fates.Frame(Next));
            Recovery.OnSent(now, Next++, Size, 1, ackEliciting: true);
        }
    }

    protected void SendSizes(long now, params int[] sizes)
    {
        foreach (var size in sizes)
        {
            Recovery.AddFrame(Fates.Frame(Next));
            Recovery.OnSent(now, Next++, size, 1, ackEliciting: true);
        }
    }

    protected void Ack(long now, ulong smallest, ulong largest, long delay = 0)
    {
        var reader = ReaderOf((ulong)delay, new AckRange(smallest, largest));
        Recovery.OnAck(now, ref reader, peerIsSlow: false);
    }

    private protected static AckFrameReader ReaderOf(params AckRange[] ranges) => ReaderOf(0, ranges);

    private protected static AckFrameReader ReaderOf(ulong delayMicros, params AckRange[] ranges)
    {
        var payload = new byte[AckFrameWriter.MaxSize(ranges.Length)];
        var length = AckFrameWriter.Write(payload, delayMicros, ranges, 0);
        Assert.True(AckFrameReader.TryRead(payload.AsSpan(0, length), out var reader));
        return reader;
    }
}
