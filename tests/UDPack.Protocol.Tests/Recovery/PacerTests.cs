using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

public sealed class PacerTests
{
    private const int Size = 1200;

    private Pacer _pacer;

    [Fact]
    public void Without_a_rate_nothing_waits()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(7, _pacer.NextSendAt(7, 0, Size));
            _pacer.OnSent(7, Size, 0, Size);
        }
    }

    [Fact]
    public void Ten_datagrams_leave_at_once_and_the_next_when_the_rate_allows_it()
    {
        // One datagram per 12 ms.
        const long Rate = 100_000;
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(0, _pacer.NextSendAt(0, Rate, Size));
            _pacer.OnSent(0, Size, Rate, Size);
        }

        Assert.Equal(12_000, _pacer.NextSendAt(0, Rate, Size));
        Assert.Equal(12_000, _pacer.NextSendAt(5_000, Rate, Size));
        Assert.Equal(12_000, _pacer.NextSendAt(12_000, Rate, Size));
        _pacer.OnSent(12_000, Size, Rate, Size);
        Assert.Equal(24_000, _pacer.NextSendAt(12_000, Rate, Size));
    }

    [Theory]
    [InlineData(1_000_000, 12_000)]
    [InlineData(12_500_000, 50_000)]
    [InlineData(100_000_000, 262_144)]
    [InlineData(1_000_000_000, 2_000_000)]
    public void After_a_pause_four_milliseconds_may_leave_at_once_within_bounds(long rate, long burst)
    {
        _pacer.OnSent(0, Size, rate, Size);
        var now = 1_000_000L;
        long sent = 0;
        while (_pacer.NextSendAt(now, rate, Size) <= now)
        {
            _pacer.OnSent(now, Size, rate, Size);
            sent += Size;
        }

        Assert.InRange(sent, burst - Size, burst);
    }

    [Fact]
    public void Of_the_largest_datagrams_fewer_leave_at_once()
    {
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(0, _pacer.NextSendAt(0, 1_000_000, 65_507));
            _pacer.OnSent(0, 65_507, 1_000_000, 65_507);
        }

        Assert.True(_pacer.NextSendAt(0, 1_000_000, 65_507) > 0);
    }

    [Theory]
    [InlineData(50_000)]
    [InlineData(12_500_000)]
    [InlineData(1_000_000_000)]
    public void With_timers_two_milliseconds_late_the_rate_is_kept(long rate)
    {
        long now = 0;
        long sent = 0;
        while (now < 2_000_000)
        {
            while (_pacer.NextSendAt(now, rate, Size) <= now)
            {
                _pacer.OnSent(now, Size, rate, Size);
                sent += Size;
            }

            now = ((_pacer.NextSendAt(now, rate, Size) + 1023) / 1024 * 1024) + 1024;
        }

        Assert.InRange(sent - (10 * Size), rate * 2 * 0.97, (rate * 2 * 1.01) + (10 * Size));
    }

    [Fact]
    public void What_left_without_asking_delays_what_follows_but_not_for_long()
    {
        const long Rate = 100_000;
        for (var i = 0; i < 1000; i++)
        {
            _pacer.OnSent(0, Size, Rate, Size);
        }

        Assert.Equal(11 * 12_000, _pacer.NextSendAt(0, Rate, Size));
    }
}
