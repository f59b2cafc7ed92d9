using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

public sealed class ProbeBackoffTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void The_first_wait_is_the_probe_timeout_and_each_further_one_doubles_it_up_to_1250_ms()
    {
        var backoff = new ProbeBackoff();
        long[] expected = [100_000, 200_000, 400_000, 800_000, 1_250_000, 1_250_000];
        var now = 0L;
        foreach (var wait in expected)
        {
            Assert.Equal(wait, backoff.Wait(100_000));
            backoff.OnTimeout(now += wait);
        }

        backoff.Reset();
        Assert.Equal(100_000, backoff.Wait(100_000));
    }

    [Theory]
    [InlineData(1_500_000, 1_500_000)]
    [InlineData(5_000_000, 2_000_000)]
    [InlineData(400_000_000, 2_000_000)]
    public void Where_answers_take_longer_the_probe_timeout_counts_and_at_most_2_s(long probeTimeout, long expected)
    {
        var backoff = new ProbeBackoff();
        Assert.Equal(expected, backoff.Wait(probeTimeout));
        backoff.OnTimeout(probeTimeout);
        Assert.Equal(expected, backoff.Wait(probeTimeout));
    }

    [Theory]
    [InlineData(1_001)]
    [InlineData(26_000)]
    [InlineData(1_024_000)]
    [InlineData(long.MaxValue >> 21)]
    public void Whatever_the_timeout_hours_of_silence_cost_few_probes_and_no_outage_is_noticed_later_than_a_64th_of_it_after_its_end(long probeTimeout)
    {
        var backoff = new ProbeBackoff();
        var (now, probes) = (0L, 0);
        while (now < 12 * 3600 * Second)
        {
            var wait = backoff.Wait(probeTimeout);
            Assert.InRange(wait, 1, Math.Max(2 * Second, now / 64));
            backoff.OnTimeout(now += wait);
            probes++;
        }

        Assert.InRange(probes, 0, 600);
    }
}
