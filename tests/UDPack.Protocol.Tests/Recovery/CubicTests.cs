using UDPack.Protocol.Congestion;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>RFC 9438 against its formulas.</summary>
public sealed class CubicTests
{
    private const int Size = 1200;
    private const double Beta = 0.7;
    private const double C = 0.4;
    private const long Second = 1_000_000;

    private readonly Cubic _cubic = new(Size);
    private long _delivered;

    [Fact]
    public void It_starts_with_ten_datagrams() => Assert.Equal(10 * Size, _cubic.Window);

    [Theory]
    [InlineData(9000, 2 * 9000)]
    [InlineData(1472, 14_720)]
    [InlineData(65_507, 2 * 65_507)]
    public void Of_large_datagrams_it_starts_with_fewer(int size, long window) => Assert.Equal(window, new Cubic(size).Window);

    [Fact]
    public void In_slow_start_it_grows_by_what_was_acknowledged()
    {
        Ack(100_000, 3 * Size, rtt: 100_000);
        Assert.Equal(13 * Size, _cubic.Window);
    }

    [Fact]
    public void While_the_peer_is_slow_or_the_application_limits_it_does_not_grow()
    {
        Ack(100_000, 3 * Size, rtt: 100_000, peerIsSlow: true);
        Ack(200_000, 3 * Size, rtt: 100_000, appLimited: true, inFlight: 4 * Size);
        Assert.Equal(10 * Size, _cubic.Window);

        // In slow start half a window in flight shows that it will soon be needed.
        Ack(300_000, 3 * Size, rtt: 100_000, appLimited: true, inFlight: 5 * Size);
        Assert.Equal(13 * Size, _cubic.Window);
    }

    [Fact]
    public void A_loss_leaves_seven_tenths_once_per_round_trip()
    {
        _cubic.OnLost(Lost(now: 1000, sentAt: 500));
        Assert.Equal((long)(10 * Size * Beta), _cubic.Window);
        _cubic.OnLost(Lost(now: 1100, sentAt: 900));
        Assert.Equal((long)(10 * Size * Beta), _cubic.Window);
        _cubic.OnLost(Lost(now: 1200, sentAt: 1100));
        Assert.Equal((long)(10 * Size * Beta * Beta), _cubic.Window);
    }

    [Fact]
    public void It_never_falls_below_two_datagrams()
    {
        for (var i = 1; i < 20; i++)
        {
            _cubic.OnLost(Lost(now: i * 1000, sentAt: (i * 1000) - 1));
        }

        Assert.Equal(2 * Size, _cubic.Window);
    }

    [Fact]
    public void Persistent_congestion_brings_it_to_two_datagrams_and_slow_start_to_its_threshold()
    {
        Grow(200 * Size);
        var loss = Lost(now: Second, sentAt: Second - 1);
        loss.Persistent = true;
        _cubic.OnLost(loss);
        Assert.Equal(2 * Size, _cubic.Window);
        Ack(Second + 100_000, 2 * Size, rtt: 100_000);
        Assert.Equal(4 * Size, _cubic.Window);
    }

    [Theory]
    [InlineData(2000, 200_000)]
    [InlineData(5000, 100_000)]
    public void Between_losses_the_window_follows_the_cubic_curve(int datagrams, long rtt)
    {
        Grow(datagrams * Size);
        var prior = _cubic.Window / (double)Size;
        _cubic.OnLost(Lost(now: Second, sentAt: Second - 1));
        var level = Math.Cbrt(prior * (1 - Beta) / C);

        // Acks in eighths of a window; the epoch begins with the first.
        var start = Second + rtt;
        for (var now = start; now < start + (long)(2 * level * Second); now += rtt / 8)
        {
            Ack(now, _cubic.Window / 8, rtt);
            var seconds = (now - start) / 1e6;
            var curve = (C * Math.Pow(seconds - level, 3)) + prior;
            Assert.InRange(_cubic.Window / (double)Size, 0.98 * curve, 1.02 * curve + (C * 3 * Math.Pow(seconds - level, 2) * rtt / 1e6));
        }
    }

    [Fact]
    public void A_loss_below_the_former_level_lowers_the_level_to_make_room()
    {
        Grow(1000 * Size);
        var prior = _cubic.Window;
        _cubic.OnLost(Lost(now: Second, sentAt: Second - 1));
        _cubic.OnLost(Lost(now: 2 * Second, sentAt: (2 * Second) - 1));

        // Without fast convergence the curve would be level at 0.7 of the first window, with it at 0.7 * 0.85 of it.
        var window = prior * Beta * Beta;
        var levelWindow = prior * Beta * (1 + Beta) / 2;
        var level = Math.Cbrt((levelWindow - window) / Size / C);
        var start = 3 * Second;
        var now = start;
        for (; now < start + (long)(level * Second); now += 10_000)
        {
            Ack(now, _cubic.Window / 8, 80_000);
        }

        Assert.InRange(_cubic.Window, 0.98 * levelWindow, 1.02 * levelWindow);
    }

    [Fact]
    public void On_short_round_trips_it_is_at_least_as_fast_as_Reno()
    {
        // Ten datagrams and 1 ms: the cubic curve needs seconds for what Reno gains in a few round trips.
        _cubic.OnLost(Lost(now: Second, sentAt: Second - 1));
        Ack(Second + 1000, 0, 1000);
        var start = _cubic.Window;
        for (var i = 1; i <= 5; i++)
        {
            Ack(Second + 1000 + (i * 1000), _cubic.Window, 1000);
        }

        // §4.3: 3 (1 - beta) / (1 + beta) datagrams per window until the prior window is regained, then one.
        var alpha = 3 * (1 - Beta) / (1 + Beta);
        Assert.InRange(_cubic.Window - start, 5 * alpha * Size * 0.98, 5 * alpha * Size * 1.1);
        Ack(Second + 7000, _cubic.Window, 1000);
        var regained = _cubic.Window;
        Assert.True(regained >= 10 * Size);
        Ack(Second + 8000, _cubic.Window, 1000);
        Assert.Equal(regained + Size, _cubic.Window, 10.0);
    }

    [Fact]
    public void Time_without_need_for_the_window_is_no_time_on_the_curve()
    {
        Grow(1000 * Size);
        _cubic.OnLost(Lost(now: Second, sentAt: Second - 1));
        Ack(2 * Second, Size, 50_000);
        var before = _cubic.Window;
        for (var i = 0; i < 100; i++)
        {
            Ack((2 * Second) + (i * Second), Size, 50_000, appLimited: true, inFlight: Size);
        }

        _cubic.OnSent(new SendSample { Now = 200 * Second, Size = Size, InFlight = 0, SmoothedRtt = 50_000 });
        Ack((200 * Second) + 50_000, _cubic.Window, 50_000);
        Assert.InRange(_cubic.Window, before, before * 1.05);
    }

    [Fact]
    public void If_every_loss_of_a_reduction_was_none_the_reduction_is_undone()
    {
        Grow(100 * Size);
        var before = _cubic.Window;
        var loss = Lost(now: Second, sentAt: Second - 10);
        loss.Datagrams = 2;
        _cubic.OnLost(loss);
        _cubic.OnSpurious(Second + 100, Second - 11);
        Assert.Equal((long)(before * Beta), _cubic.Window);
        _cubic.OnSpurious(Second + 100, Second - 10);
        Assert.Equal(before, _cubic.Window);

        // And slow start goes on.
        Ack(Second + 200, 1000, 100);
        Assert.Equal(before + 1000, _cubic.Window);
    }

    [Fact]
    public void It_paces_at_twice_the_rate_in_slow_start_and_a_quarter_above_it_later()
    {
        Ack(100_000, 0, rtt: 100_000);
        Assert.Equal(2 * 10 * 12_000, _cubic.PacingRate);
        _cubic.OnLost(Lost(now: Second, sentAt: Second - 1));
        Assert.Equal((long)(1.25 * 10 * 12_000 * Beta), _cubic.PacingRate, 2.0);
    }

    [Fact]
    public void Slow_start_ends_when_five_rounds_confirm_that_the_round_trip_has_risen()
    {
        // RFC 9406: a rise by an eighth of 80 ms. Eight samples make a round's minimum.
        long now = 0;
        long rtt = 80_000;
        Round(ref now, rtt);
        var doubling = _cubic.Window;
        Round(ref now, rtt);
        Assert.Equal(2 * doubling, _cubic.Window, 0.1 * doubling);
        rtt = 90_000;
        Round(ref now, rtt);
        for (var i = 0; i < 5; i++)
        {
            // Conservatively: a quarter of it.
            var before = _cubic.Window;
            Round(ref now, rtt);
            Assert.InRange(_cubic.Window, 1.2 * before, 1.3 * before);
        }

        Round(ref now, rtt);
        var end = _cubic.Window;
        Round(ref now, rtt);
        Assert.InRange(_cubic.Window, end, 1.05 * end);
    }

    [Fact]
    public void A_rise_that_passes_does_not_end_slow_start()
    {
        long now = 0;
        Round(ref now, 80_000);
        Round(ref now, 80_000);
        Round(ref now, 95_000);
        Round(ref now, 80_000);
        for (var i = 0; i < 8; i++)
        {
            var before = _cubic.Window;
            Round(ref now, 80_000);
            Assert.InRange(_cubic.Window, 1.9 * before, 2.1 * before);
        }
    }

    /// <summary>A window acknowledged in sixteen parts.</summary>
    private void Round(ref long now, long rtt)
    {
        var window = _cubic.Window;
        var then = _delivered;
        for (var i = 1; i <= 16; i++)
        {
            now += rtt / 16;
            _delivered += window / 16;
            _cubic.OnAcknowledged(new AckSample
            {
                Now = now,
                Bytes = window / 16,
                InFlightBefore = window,
                NewestSentAt = now - rtt,
                Rtt = rtt,
                SmoothedRtt = rtt,
                Delivered = _delivered,
                // Only the first part was sent after the round before had ended.
                DeliveredThen = i == 1 ? then : 0,
            });
        }
    }

    private void Grow(long window)
    {
        while (_cubic.Window < window)
        {
            Ack(1, Math.Min(window - _cubic.Window, _cubic.Window), 0);
        }
    }

    private void Ack(long now, long bytes, long rtt, bool peerIsSlow = false, bool appLimited = false, long inFlight = long.MaxValue / 4)
    {
        _delivered += bytes;
        _cubic.OnAcknowledged(new AckSample
        {
            Now = now,
            Bytes = bytes,
            InFlightBefore = inFlight,
            NewestSentAt = now,
            SmoothedRtt = rtt,
            Delivered = _delivered,
            PeerIsSlow = peerIsSlow,
            AppLimited = appLimited,
        });
    }

    private static LossSample Lost(long now, long sentAt) =>
        new() { Now = now, NewestSentAt = sentAt, Bytes = Size, Datagrams = 1 };
}
