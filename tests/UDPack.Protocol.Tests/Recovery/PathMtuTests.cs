using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>RFC 8899 over paths that carry so many bytes of UDP payload and silently drop the rest.</summary>
public sealed class PathMtuTests
{
    private const int Base = 1200;
    private const int Loopback = 65_507;
    private const long RoundTrip = 40_000;
    private const long Second = 1_000_000;

    private ulong _sequence;

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
        mtu.OnProbeSent(5, _sequence++, size);
        Assert.False(mtu.ProbeDue(Second, out _));
        Assert.Equal(long.MaxValue, mtu.Deadline);
    }

    [Fact]
    public void A_probe_lost_by_chance_is_repeated_after_a_pause()
    {
        var mtu = Started(1452);
        mtu.OnProbeSent(0, _sequence++, 1452);
        mtu.OnProbeLost(RoundTrip, 1452, 0);
        Assert.False(mtu.ProbeDue(RoundTrip, out _));
        Assert.True(mtu.ProbeDue(mtu.Deadline, out var size));
        Assert.Equal(1452, size);
        mtu.OnProbeSent(mtu.Deadline, _sequence++, size);
        mtu.OnProbeAcknowledged(Second, size, 0);
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
    public void Where_only_large_datagrams_are_lost_round_trip_after_round_trip_it_falls_to_what_arrived_and_searches_at_once()
    {
        var mtu = Started(Loopback);
        var now = Search(ref mtu, 0, 8972, out _);
        for (var i = 1; i <= 4; i++)
        {
            Assert.Equal(8972, mtu.Current);

            // Smaller ones arrive, and of the large ones several are missed in each round trip.
            now = Lose(ref mtu, now, 8972);
            mtu.OnAcknowledged(_sequence++, 1300);
            mtu.OnLost(now, _sequence++, now - 1, 8000);
        }

        Assert.Equal(1300, mtu.Current);
        Assert.Equal(now, mtu.Deadline);
        Search(ref mtu, now, 1472, out _);
        Assert.Equal(1472, mtu.Current);
    }

    [Fact]
    public void In_doubt_two_datagrams_of_the_size_in_question_are_sent_in_each_round_trip_and_if_none_of_them_arrives_either_it_falls()
    {
        var mtu = Started(Loopback);
        var now = Lose(ref mtu, Search(ref mtu, 0, 1472, out _), 1400);
        var checks = 0;
        while (mtu.Current == 1472)
        {
            var round = mtu.Round;
            Assert.NotEqual(0, round);
            for (; mtu.ProbeDue(now, out var size); checks++)
            {
                Assert.Equal(1472, size);
                mtu.OnProbeSent(now, _sequence++, size);
            }

            now += RoundTrip;
            mtu.OnProbeLost(now, 1472, round);
            mtu.OnProbeLost(now, 1472, round);
        }

        Assert.Equal((6, Base), (checks, mtu.Current));
    }

    [Fact]
    public void One_of_them_that_arrives_settles_it()
    {
        var mtu = Started(Loopback);
        var now = Search(ref mtu, 0, 1472, out _);
        for (var i = 0; i < 100; i++)
        {
            now = Lose(ref mtu, now, 1400);
            Assert.True(mtu.ProbeDue(now, out var size));
            var round = mtu.Round;
            mtu.OnProbeSent(now, _sequence++, size);
            mtu.OnProbeSent(now, _sequence++, size);
            now += RoundTrip;
            mtu.OnProbeLost(now, size, round);
            mtu.OnAcknowledged(_sequence - 1, size);
            Assert.False(mtu.IsInDoubt);
        }

        Assert.Equal(1472, mtu.Current);
    }

    [Fact]
    public void What_is_smaller_or_was_sent_before_refutes_no_loss()
    {
        var mtu = Started(Loopback);
        var now = Search(ref mtu, 0, 1472, out _);
        var before = _sequence++;
        for (var i = 1; i <= 4; i++)
        {
            Assert.Equal(1472, mtu.Current);
            now = Lose(ref mtu, now, 1400);
            mtu.OnAcknowledged(_sequence++, 1399);
            mtu.OnAcknowledged(before, 1472);
        }

        Assert.Equal(1399, mtu.Current);
    }

    [Fact]
    public void A_second_black_hole_soon_after_the_first_makes_the_search_wait()
    {
        var mtu = Started(1472);
        var now = Search(ref mtu, 0, 1472, out _);
        for (var i = 0; i < 4; i++)
        {
            now = Lose(ref mtu, now, 1472);
        }

        Assert.Equal((Base, now), (mtu.Current, mtu.Deadline));
        now = Search(ref mtu, now, 1472, out _);
        Assert.InRange(mtu.Current, 1456, 1472);
        for (var i = 0; i < 4; i++)
        {
            now = Lose(ref mtu, now, mtu.Current);
        }

        Assert.Equal((Base, now + (10 * Second)), (mtu.Current, mtu.Deadline));
    }

    [Fact]
    public void Losses_of_small_datagrams_and_of_an_earlier_path_say_nothing()
    {
        var mtu = Started(Loopback);
        var now = Search(ref mtu, 0, 8972, out _);
        for (var i = 1; i <= 10; i++)
        {
            now = Lose(ref mtu, now, Base);
        }

        Assert.False(mtu.IsInDoubt);
        mtu.Reset(now);
        Assert.Equal(Base, mtu.Current);
        now = Search(ref mtu, now, 8972, out _);
        for (var i = 1; i <= 10; i++)
        {
            mtu.OnLost(now + i, _sequence++, sentAt: 1, 8972);
        }

        Assert.False(mtu.IsInDoubt);
        Assert.Equal(8972, mtu.Current);
    }

    [Fact]
    public void The_fate_of_an_earlier_paths_probe_is_ignored()
    {
        var mtu = Started(Loopback);
        mtu.OnProbeSent(0, _sequence++, 1452);
        mtu.Reset(1);
        mtu.OnProbeAcknowledged(2, 1452, 0);
        Assert.Equal(Base, mtu.Current);
        mtu.OnProbeLost(3, 1452, 0);
        Assert.True(mtu.ProbeDue(3, out _));
    }

    /// <summary>A datagram that is sent after the last loss was found is lost, a round trip later.</summary>
    private long Lose(ref PathMtu mtu, long now, int size)
    {
        mtu.OnLost(now + RoundTrip, _sequence++, now, size);
        return now + RoundTrip;
    }

    private static PathMtu Started(int limit)
    {
        var mtu = new PathMtu(Base, limit);
        mtu.Reset(0);
        return mtu;
    }

    /// <summary>Runs the search to its end; the time then.</summary>
    private long Search(ref PathMtu mtu, long now, int carries, out int probes)
    {
        probes = 0;
        while (mtu.Deadline < now + (60 * Second))
        {
            now = Math.Max(now, mtu.Deadline);
            Assert.True(mtu.ProbeDue(now, out var size));
            Assert.True(size > mtu.Current);
            mtu.OnProbeSent(now, _sequence++, size);
            now += RoundTrip;
            probes++;
            if (size <= carries)
            {
                mtu.OnProbeAcknowledged(now, size, 0);
            }
            else
            {
                mtu.OnProbeLost(now, size, 0);
            }
        }

        return now;
    }
}
