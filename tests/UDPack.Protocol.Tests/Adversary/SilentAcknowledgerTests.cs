using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;
using UDPack.Protocol.Tests.Recovery;

namespace UDPack.Protocol.Tests.Adversary;

public sealed class SilentAcknowledgerTests
{
    [Fact]
    public void What_is_kept_for_a_peer_that_acknowledges_nothing_is_bounded()
    {
        var owner = new FrameFates();
        var recovery = new LossRecovery(peerMaxAckDelay: 25_000, datagramSize: 1200, CongestionAlgorithm.Cubic);
        recovery.AddFrame(owner.Frame(1));
        recovery.OnSent(0, 0, 1200, frameCount: 1, ackEliciting: true);
        var before = GC.GetAllocatedBytesForCurrentThread();

        // Acks for its flood of pings, behind one packet whose fate it keeps open.
        for (var sequence = 1UL; sequence <= 1_000_000; sequence++)
        {
            recovery.AddFrame(owner.Frame(sequence, SentFrameKind.Ack));
            recovery.OnSent((long)sequence, sequence, 60, frameCount: 1, ackEliciting: false);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);

        // And the packet is still found when its acknowledgement comes after all.
        Span<byte> payload = stackalloc byte[64];
        var length = AckFrameWriter.Write(payload, 0, [new AckRange(0, 1_000_000)], 0);
        Assert.True(AckFrameReader.TryRead(payload[..length], out var ack));
        recovery.OnAck(2_000_000, ref ack, peerIsSlow: false);
        FrameFates.Tell(ref recovery);
        Assert.Equal(1UL, owner.Acknowledged[0]);
        Assert.Equal(0, recovery.DatagramsInFlight);
    }
}
