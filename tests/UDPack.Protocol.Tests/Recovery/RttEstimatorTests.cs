using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>The arithmetic of RFC 9002 §5.3 and §6.2.1, worked out by hand.</summary>
public sealed class RttEstimatorTests
{
    [Fact]
    public void Before_a_sample_333_ms_are_assumed()
    {
        var rtt = new RttEstimator();
        Assert.Equal(333_000 + (4 * 166_500) + 25_000, rtt.ProbeTimeout(25_000));
        Assert.False(rtt.HasSample);
    }

    [Fact]
    public void The_first_sample_sets_everything()
    {
        var rtt = new RttEstimator();
        rtt.Update(100_000, 20_000);
        Assert.Equal((100_000, 50_000, 100_000, 100_000), (rtt.Smoothed, rtt.Variance, rtt.Min, rtt.Latest));
        Assert.Equal(100_000 + 200_000 + 25_000, rtt.ProbeTimeout(25_000));
    }

    [Fact]
    public void Later_samples_are_smoothed_with_the_ack_delay_taken_off()
    {
        var rtt = new RttEstimator();
        rtt.Update(100_000, 0);
        rtt.Update(140_000, 20_000);
        Assert.Equal((102_500, 42_500, 100_000), (rtt.Smoothed, rtt.Variance, rtt.Min));
    }

    [Fact]
    public void An_ack_delay_that_would_undercut_the_minimum_is_not_believed()
    {
        var rtt = new RttEstimator();
        rtt.Update(100_000, 0);
        rtt.Update(110_000, 20_000);
        Assert.Equal(((7 * 100_000) + 110_000) / 8, rtt.Smoothed);
    }

    [Fact]
    public void The_variance_counts_for_at_least_the_granularity()
    {
        var rtt = new RttEstimator();
        for (var i = 0; i < 200; i++)
        {
            rtt.Update(10_000, 0);
        }

        Assert.Equal(10_000 + RttEstimator.Granularity, rtt.ProbeTimeout(0));
    }

    [Fact]
    public void After_persistent_congestion_the_next_sample_is_the_smallest()
    {
        var rtt = new RttEstimator();
        rtt.Update(10_000, 0);
        rtt.RenewMin();
        rtt.Update(90_000, 0);
        Assert.Equal(90_000, rtt.Min);
        rtt.Update(95_000, 0);
        Assert.Equal(90_000, rtt.Min);
    }
}
