using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>What a dead path leaves behind must not be taken for the path.</summary>
public sealed class LossRecoveryOutageTests : LossRecoveryTest
{
    [Fact]
    public void An_ack_that_is_told_again_after_an_outage_gives_no_sample()
    {
        Send(0, 1);
        Ack(50 * Ms, 0, 0);
        Send(100 * Ms, 1);
        Ack(100_150 * Ms, 1, 1, delay: 100_000 * Ms);
        Assert.Equal(50 * Ms, Recovery.Rtt.Latest);
        Assert.Equal(50 * Ms, Recovery.Rtt.Smoothed);
        Assert.Equal([0ul, 1ul], Acknowledged);
    }

    [Fact]
    public void A_peer_that_is_late_with_an_ack_by_less_than_a_probe_timeout_is_part_of_the_round_trip()
    {
        Send(0, 1);
        Ack(50 * Ms, 0, 0);
        Send(100 * Ms, 1);
        Ack(250 * Ms, 1, 1, delay: 100 * Ms);
        Assert.Equal(150 * Ms, Recovery.Rtt.Latest);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_path_that_held_a_datagram_for_minutes_is_probed_after_2_s_all_the_same(bool anotherIsOverdue)
    {
        Send(0, 1);
        Ack(50 * Ms, 0, 0);
        Send(100 * Ms, 1);
        var now = 200_000 * Ms;
        Ack(now, 1, 1);
        Send(now, 2);
        if (anotherIsOverdue)
        {
            // The one before it is missing: by the round trips of this path it would be lost after minutes.
            Ack(now + Ms, 3, 3);
            Send(now + Ms, 1);
        }

        Assert.True(Recovery.ProbeTimeout > 60_000 * Ms);
        Assert.InRange(Recovery.Deadline, now, now + (2001 * Ms));
        Recovery.OnDeadline(Recovery.Deadline);
        Assert.Equal(2, Recovery.ProbesDue);
    }
}
