using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>RFC 8899 over paths that carry so many bytes of UDP payload and silently drop the rest.</summary>
public sealed class PathMtuTests
{
    private const int Base = 1200;
    private const int Loopback = 65_507;
    private const long RoundTrip = 40_000;
    private const long Second = 1_000_000;

    [Theory]
    [InlineData(1200)]
    [InlineData(1232)]
    [InlineData(1280)]
    [InlineData(1372)]
    [InlineData(1400)]
    [InlineData(1452)]
    [InlineData(1464)]
    [InlineData(1472)]
    [InlineData(1473)]
    [InlineData(1500)]
    [InlineData(4000)]
    [InlineData(8952)]
    [InlineData(9000)]
    [InlineData(16_000)]
    [InlineData(65_507)]
    public void It_finds_what_the_path_carries_to_within_16_bytes_and_never_more(int carries)
    {
        var mtu = Started(Loopback);
        var now = Search(ref mtu, 0, carries, out var probes);
        Assert.InRange(mtu.Current, Math.Max(Base, carries - 16), carries);
        Assert.InRange(probes, 0, 50);
        Assert.True(mtu.Deadline > now);
    }

    [Fact]
    public void On_loopback_five_round_trips_reach_the_largest_datagram_there_is_and_nothing_is_probed_again()
    {
        var mtu = Started(Loopback);
        var now = Search(ref mtu, 0, Loopback, out var probes);
        Assert.Equal((Loopback, 5), (mtu.Current, probes));
        Assert.Equal(5 * RoundTrip, now);
        Assert.Equal(long.MaxValue, mtu.Deadline);
    }

    [Theory]
    [InlineData(1452)]
    [InlineData(1472)]
    [InlineData(8972)]
    public void On_a_common_link_three_lost_probes_beyond_the_failed_step_settle_it(int carries)
    {
        var mtu = Started(Loopback);
        Search(ref mtu, 0, carries, out var probes);
        Assert.Equal(carries, mtu.Current);
        Assert.InRange(probes, 1, 4 + 3 + 3);
    }

    [Theory]
    [InlineData(1200)]
    [InlineData(1350)]
    [InlineData(9000)]
    public void It_stays_within_what_the_peer_accepts(int limit)
    {
        var mtu = Started(limit);
        Search(ref mtu, 0, Loopback, out _);
        Assert.Equal(limit, mtu.Current);
        Assert.Equal(long.MaxValue, mtu.Deadline);
    }

    [Fact]
    public void Nothing_is_probed_before_the_start_or_while_a_probe_is_under_way()
    {
        var mtu = new PathMtu(Base, Loopback);
        Assert.False(mtu.ProbeDue(long.MaxValue - 1, out _));
        mtu.Reset(5);
        Assert.True(mtu.ProbeDue(5, out var size));
        Assert.Equal(1452, size);
        mtu.OnProbeSent(5, size);
        Assert.False(mtu.ProbeDue(Second, out _));
        Assert.Equal(long.MaxValue, mtu.Deadline);
    }

    [Fact]
    public void A_probe_lost_by_chance_is_repeated_after_a_pause()
    {
        var mtu = Started(1452);
        mtu.OnProbeSent(0, 1452);
        mtu.OnProbeLost(RoundTrip, 1452);
        Assert.False(mtu.ProbeDue(RoundTrip, out _));
        Assert.True(mtu.ProbeDue(mtu.Deadline, out var size));
        Assert.Equal(1452, size);
        mtu.OnProbeSent(mtu.Deadline, size);
        mtu.OnProbeAcknowledged(Second, size);
        Assert.Equal(1452, mtu.Current);
    }

    [Fact]
    public void After_ten_minutes_a_path_that_became_wider_is_noticed()
    {
        var mtu = Started(Loopback);
        var now = Search(ref mtu, 0, 1472, out _);
        Assert.Equal(now + (600 * Second), mtu.Deadline);
        Search(ref mtu, mtu.Deadline, 8972, out _);
        Assert.Equal(8972, mtu.Current);
    }

    [Fact]
    public void Where_only_large_datagrams_are_lost_again_and_again_it_falls_back_and_searches_later()
    {
        var mtu = Started(Loopback);
        var now = Search(ref mtu, 0, 8972, out _);
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(8972, mtu.Current);

            // Small ones arrive, and of the large ones several are missed at once.
            mtu.OnAcknowledged(Base);
            mtu.OnLost(now + (i * RoundTrip), 8972, now + 1);
            mtu.OnLost(now + (i * RoundTrip), 8000, now + 1);
        }

        Assert.Equal(Base, mtu.Current);
        Assert.Equal(now + (3 * RoundTrip) + (10 * Second), mtu.Deadline);
        Search(ref mtu, mtu.Deadline, 1400, out _);
        Assert.InRange(mtu.Current, 1384, 1400);
    }

    [Fact]
    public void Losses_between_which_large_datagrams_arrive_are_congestion()
    {
        var mtu = Started(Loopback);
        var now = Search(ref mtu, 0, 8972, out _);
        for (var i = 1; i <= 100; i++)
        {
            mtu.OnLost(now + (i * RoundTrip), 8972, now + 1);
            mtu.OnAcknowledged(i % 2 == 0 ? 8972 : Base);
        }

        Assert.Equal(8972, mtu.Current);
    }

    [Fact]
    public void Losses_of_small_datagrams_and_of_an_earlier_path_say_nothing()
    {
        var mtu = Started(Loopback);
        var now = Search(ref mtu, 0, 8972, out _);
        for (var i = 1; i <= 10; i++)
        {
            mtu.OnLost(now + i, Base, now);
        }

        Assert.Equal(8972, mtu.Current);
        mtu.Reset(now);
        Assert.Equal(Base, mtu.Current);
        now = Search(ref mtu, now, 8972, out _);
        for (var i = 1; i <= 10; i++)
        {
            mtu.OnLost(now + i, 8972, sentAt: 1);
        }

        Assert.Equal(8972, mtu.Current);
    }

    [Fact]
    public void The_fate_of_an_earlier_paths_probe_is_ignored()
    {
        var mtu = Started(Loopback);
        mtu.OnProbeSent(0, 1452);
        mtu.Reset(1);
        mtu.OnProbeAcknowledged(2, 1452);
        Assert.Equal(Base, mtu.Current);
        mtu.OnProbeLost(3, 1452);
        Assert.True(mtu.ProbeDue(3, out _));
    }

    private static PathMtu Started(int limit)
    {
        var mtu = new PathMtu(Base, limit);
        mtu.Reset(0);
        return mtu;
    }

    /// <summary>Runs the search to its end; the time then.</summary>
    private static long Search(ref PathMtu mtu, long now, int carries, out int probes)
    {
        probes = 0;
        while (mtu.Deadline < now + (60 * Second))
        {
            now = Math.Max(now, mtu.Deadline);
            Assert.True(mtu.ProbeDue(now, out var size));
            Assert.True(size > mtu.Current);
            mtu.OnProbeSent(now, size);
            now += RoundTrip;
            probes++;
            if (size <= carries)
            {
                mtu.OnProbeAcknowledged(now, size);
            }
            else
            {
                mtu.OnProbeLost(now, size);
            }
        }

        return now;
    }
}
