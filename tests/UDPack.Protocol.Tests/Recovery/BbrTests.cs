using UDPack.Protocol.Congestion;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>The states of BBR and what they do, on a path whose every round trip is made by hand.</summary>
public sealed class BbrTests
{
    private const int Size = 1000;
    private const long Rtt = 50_000;
    private const long Rate = 10_000_000;
    private const long Product = Rate * Rtt / 1_000_000;
    private const double Margin = 0.99;

    private readonly Bbr _bbr = new(Size);
    private long _now = 1_000_000;
    private long _delivered;
    private long _lost;

    [Fact]
    public void Before_anything_is_measured_it_paces_the_initial_window_over_the_round_trip()
    {
        Assert.Equal(10 * Size, _bbr.Window);
        Assert.Equal(0, _bbr.PacingRate);
        _bbr.OnSent(new SendSample { Now = 0, Size = Size, SmoothedRtt = 100_000 });
        Assert.Equal((long)(2.77 * 10 * Size * 10), _bbr.PacingRate);
    }

    [Fact]
    public void In_startup_it_sends_at_277_per_cent_of_what_got_through()
    {
        for (var rate = 100_000; rate <= 6_400_000; rate *= 2)
        {
            Round(rate);
            Assert.Equal(BbrState.Startup, _bbr.State);
            Assert.Equal(2.77 * Margin * rate, _bbr.PacingRate, 2.0);
        }
    }

    [Fact]
    public void Three_rounds_without_a_quarter_more_end_startup_and_the_queue_is_drained()
    {
        Round(Rate);
        Round(Rate * 1.24);
        Round(Rate * 1.24);
        Assert.Equal(BbrState.Startup, _bbr.State);
        Round(Rate * 1.24, inFlight: 3 * Product);
        Assert.Equal(BbrState.Drain, _bbr.State);
        Assert.Equal(0.5 * Margin * 1.24 * Rate, _bbr.PacingRate, 2.0);
        Round(Rate, inFlight: 2 * Product);
        Assert.Equal(BbrState.Drain, _bbr.State);
        Round(Rate, inFlight: Product);
        Assert.Equal(BbrState.ProbeBwCruise, _bbr.State);
    }

    [Fact]
    public void A_rate_that_stays_without_a_queue_does_not_end_startup()
    {
        for (var i = 0; i < 20; i++)
        {
            Round(Rate, Rtt);
        }

        Assert.Equal(BbrState.Startup, _bbr.State);
    }

    [Fact]
    public void A_rate_the_application_limited_does_not_end_startup()
    {
        Round(Rate);
        for (var i = 0; i < 10; i++)
        {
            Round(Rate / 10, appLimited: true);
        }

        Assert.Equal(BbrState.Startup, _bbr.State);
        Assert.Equal(2.77 * Margin * Rate, _bbr.PacingRate, 2.0);
    }

    [Fact]
    public void Every_two_to_three_seconds_it_fills_the_path_probes_and_drains()
    {
        ReachCruise();
        Assert.Equal(Margin * Rate, _bbr.PacingRate, 2.0);
        var cruiseFrom = _now;
        while (_bbr.State == BbrState.ProbeBwCruise)
        {
            Round(Rate);
        }

        Assert.InRange(_now - cruiseFrom, 1_800_000, 3_100_000);
        Assert.Equal(BbrState.ProbeBwRefill, _bbr.State);
        Assert.Equal(Margin * Rate, _bbr.PacingRate, 2.0);
        Round(Rate);
        Assert.Equal(BbrState.ProbeBwUp, _bbr.State);
        Assert.Equal(1.25 * Margin * Rate, _bbr.PacingRate, 2.0);
        Round(Rate);
        Round(Rate);
        Assert.Equal(BbrState.ProbeBwUp, _bbr.State);
        Round(Rate, inFlight: 2 * Product);
        Assert.Equal(BbrState.ProbeBwDown, _bbr.State);
        Assert.Equal(0.9 * Margin * Rate, _bbr.PacingRate, 2.0);
        Round(Rate, inFlight: Product);
        Assert.Equal(BbrState.ProbeBwCruise, _bbr.State);
    }

    [Fact]
    public void A_wider_path_is_found_by_the_next_probe_and_a_narrower_one_believed_after_two()
    {
        ReachCruise();
        Until(BbrState.ProbeBwUp, Rate);
        Round(Rate * 1.25);
        Assert.Equal(1.25 * 1.25 * Margin * Rate, _bbr.PacingRate, 2.0);
        for (var rate = Rate * 1.25; rate < 2 * Rate; rate *= 1.25)
        {
            Round(rate);
            Assert.Equal(BbrState.ProbeBwUp, _bbr.State);
        }

        Until(BbrState.ProbeBwCruise, 2 * Rate);
        Round(2 * Rate);
        Assert.Equal(Margin * 2 * Rate, _bbr.PacingRate, 2.0);
        Until(BbrState.ProbeBwUp, Rate);
        Until(BbrState.ProbeBwCruise, Rate);
        Assert.True(_bbr.PacingRate > 1.9 * Rate);
        Until(BbrState.ProbeBwUp, Rate);
        Until(BbrState.ProbeBwCruise, Rate);
        Until(BbrState.ProbeBwUp, Rate);
        Assert.Equal(1.25 * Margin * Rate, _bbr.PacingRate, 2.0);
    }

    [Fact]
    public void Without_a_lower_round_trip_for_five_seconds_it_halves_what_is_in_flight_for_200_ms_to_see_one()
    {
        ReachCruise();
        var window = _bbr.Window;
        var before = _now;
        while (_bbr.State != BbrState.ProbeRtt)
        {
            Round(Rate, Rtt + 10_000);
        }

        Assert.InRange(_now - before, 4_500_000, 5_500_000);
        Assert.Equal(Product / 2, _bbr.Window);
        var from = _now;
        while (_bbr.State == BbrState.ProbeRtt)
        {
            Round(Rate / 2, inFlight: Product / 2);
        }

        Assert.InRange(_now - from, 200_000, 200_000 + (3 * Rtt));
        Assert.Equal(BbrState.ProbeBwCruise, _bbr.State);
        Assert.InRange(_bbr.Window, 2 * Product, 3 * Product);

        // The low rate of the pause is no measure of the path.
        Assert.Equal(Margin * Rate, _bbr.PacingRate, 2.0);
    }

    [Fact]
    public void A_longer_round_trip_is_believed_after_ten_seconds()
    {
        ReachCruise();
        for (var from = _now; _now < from + 18_000_000;)
        {
            Round(Rate, 2 * Rtt, inFlight: Product / 2);
        }

        Until(BbrState.ProbeRtt, Rate, rtt: 2 * Rtt);
        Assert.Equal(Product, _bbr.Window);
    }

    [Fact]
    public void In_a_probe_more_than_two_per_cent_of_loss_bounds_what_may_be_in_flight()
    {
        ReachCruise();
        Until(BbrState.ProbeBwUp, Rate);
        Round(Rate, lost: 50 * Size);
        Assert.Equal(BbrState.ProbeBwDown, _bbr.State);
        Round(Rate, inFlight: Product / 2);
        Assert.Equal(BbrState.ProbeBwCruise, _bbr.State);
        Round(Rate, inFlight: Product / 2);

        // 550 datagrams were in flight, of which 11 may be lost: 511 are safe; 15 % of that is left to others.
        Assert.Equal(511 * Size * 0.85, _bbr.Window, 2.0 * Size);
    }

    [Fact]
    public void In_a_probe_two_per_cent_are_tolerated()
    {
        ReachCruise();
        Until(BbrState.ProbeBwUp, Rate);
        Round(Rate, lost: 10 * Size);
        Assert.Equal(BbrState.ProbeBwUp, _bbr.State);
    }

    [Fact]
    public void While_it_cruises_a_round_of_losses_bounds_the_rate_until_the_next_probe()
    {
        ReachCruise();
        Round(0.8 * Rate, lost: 100 * Size);
        Round(0.8 * Rate, lost: 100 * Size);
        Assert.Equal(0.8 * Margin * Rate, _bbr.PacingRate, 2.0);

        // Never by more than three tenths a round.
        Round(0.4 * Rate, lost: 100 * Size);
        Round(0.4 * Rate, lost: 100 * Size);
        Assert.Equal(0.56 * Margin * Rate, _bbr.PacingRate, 2.0);
        Until(BbrState.ProbeBwRefill, 0.56 * Rate);
        Assert.Equal(Margin * Rate, _bbr.PacingRate, 2.0);
    }

    [Fact]
    public void Losses_that_do_not_depend_on_the_rate_are_the_paths_own()
    {
        ReachCruise();
        for (var i = 0; i < 100; i++)
        {
            // 5 % of what is sent.
            Round(0.95 * Rate, lost: 25 * Size);
        }

        Until(BbrState.ProbeBwUp, 0.95 * Rate, lost: 25 * Size);
        Round(Rate, lost: 26 * Size);
        Assert.Equal(BbrState.ProbeBwUp, _bbr.State);
        Assert.InRange(_bbr.PacingRate, 1.25 * Margin * 0.95 * Rate, 1.25 * Margin * Rate);
        Round(Rate, lost: 120 * Size);
        Assert.Equal(BbrState.ProbeBwDown, _bbr.State);
    }

    [Fact]
    public void Losses_that_were_none_are_taken_back()
    {
        ReachCruise();
        Until(BbrState.ProbeBwUp, Rate);
        Round(Rate, lost: 50 * Size);
        Round(Rate, inFlight: Product / 2);
        var bounded = _bbr.Window;
        for (var i = 0; i < 50; i++)
        {
            _bbr.OnSpurious(_now, _now - (2 * Rtt) + 1);
        }

        Round(Rate, inFlight: Product / 2);
        Round(Rate, inFlight: Product / 2);
        Assert.InRange(_bbr.Window, bounded + (100 * Size), 3 * Product);
    }

    [Fact]
    public void While_the_peer_is_slow_it_neither_probes_nor_grows()
    {
        ReachCruise();
        var window = _bbr.Window;
        for (var i = 0; i < 70; i++)
        {
            Round(Rate, peerIsSlow: true);
            Assert.Equal(BbrState.ProbeBwCruise, _bbr.State);
            Assert.True(_bbr.Window <= window);
        }

        Until(BbrState.ProbeBwRefill, Rate);
    }

    [Fact]
    public void After_persistent_congestion_the_window_is_the_smallest()
    {
        ReachCruise();
        _bbr.OnLost(new LossSample { Now = _now, NewestSentAt = _now - 1, Bytes = Size, Datagrams = 1, Persistent = true });
        Assert.Equal(4 * Size, _bbr.Window);
    }

    [Fact]
    public void After_a_pause_it_neither_hurries_nor_probes_for_the_round_trip_that_the_pause_made_stale()
    {
        ReachCruise();
        Until(BbrState.ProbeBwUp, Rate);
        _now += 20_000_000;
        _bbr.OnSent(new SendSample { Now = _now, Size = Size, InFlight = 0, SmoothedRtt = Rtt, AppLimited = true });
        Assert.Equal(Margin * Rate, _bbr.PacingRate, 2.0);
        Round(Rate, appLimited: true);
        Assert.NotEqual(BbrState.ProbeRtt, _bbr.State);
    }

    private void ReachCruise()
    {
        for (var i = 0; i < 5 && _bbr.State != BbrState.ProbeBwCruise; i++)
        {
            Round(Rate);
        }

        Assert.Equal(BbrState.ProbeBwCruise, _bbr.State);
        for (var i = 0; i < 5; i++)
        {
            Round(Rate);
        }
    }

    private void Until(BbrState state, double rate, long? rtt = null, long lost = 0)
    {
        for (var i = 0; _bbr.State != state; i++)
        {
            Assert.True(i < 400, $"never reached {state}, stuck in {_bbr.State}");
            Round(rate, rtt, lost: lost, inFlight: _bbr.State == BbrState.ProbeRtt ? Product / 2 : Product);
        }
    }

    /// <summary>One round trip: what the rate delivers in it is acknowledged at its end.</summary>
    private void Round(double rate, long? roundTrip = null, long inFlight = Product, long lost = 0, bool appLimited = false, bool peerIsSlow = false)
    {
        // What Startup sends too much stands in the queue.
        var rtt = roundTrip ?? (_bbr.State == BbrState.Startup && _delivered > 0 ? 2 * Rtt : Rtt);
        _now += rtt;
        var bytes = (long)(rate * rtt / 1_000_000);
        var then = _delivered;
        _delivered += bytes;
        _lost += lost;
        if (lost > 0)
        {
            _bbr.OnLost(new LossSample
            {
                Now = _now,
                Bytes = lost,
                Datagrams = (int)(lost / Size),
                NewestSentAt = _now - rtt,
                InFlightThen = bytes + lost,
                Lost = _lost,
                LostThen = _lost - lost,
                InFlight = inFlight,
            });
        }

        _bbr.OnAcknowledged(new AckSample
        {
            Now = _now,
            Bytes = bytes,
            InFlightBefore = inFlight,
            InFlight = inFlight,
            NewestSentAt = _now - rtt,
            InFlightThen = bytes,
            AppLimited = appLimited,
            Rtt = rtt,
            SmoothedRtt = rtt,
            MinRtt = rtt,
            Delivered = _delivered,
            DeliveredThen = then,
            Interval = rtt,
            Lost = _lost,
            LostThen = _lost - lost,
            PeerIsSlow = peerIsSlow,
        });
    }
}
