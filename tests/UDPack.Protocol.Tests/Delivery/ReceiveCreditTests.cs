using UDPack.Protocol.Delivery;

namespace UDPack.Protocol.Tests.Delivery;

public sealed class ReceiveCreditTests
{
    private const long RoundTrip = 100_000;

    [Fact]
    public void A_rise_is_worth_telling_from_a_quarter_of_the_window_on()
    {
        var credit = new ReceiveCredit(40_000, 40_000, 2000);
        credit.Use(20_000);
        credit.Consume(0, 9_999, RoundTrip);
        Assert.False(credit.OwesRise());

        credit.Consume(0, 1, RoundTrip);
        Assert.True(credit.OwesRise());
        Assert.Equal(50_000, credit.Advertise());
        Assert.False(credit.OwesRise());
    }

    [Fact]
    public void What_was_told_once_is_told_again_though_the_limit_would_be_smaller_now()
    {
        // The datagram that carried the grant for a large packet is lost, and meanwhile something waits.
        var credit = new ReceiveCredit(5_000, 5_000, 20_000);
        credit.OnBlocked(15_000);
        Assert.Equal(15_000, credit.Advertise());
        credit.Use(100);
        Assert.Equal(15_000, credit.LimitToTell());
        Assert.Equal(15_000, credit.LimitToTell(extra: -1_000));
    }

    [Fact]
    public void What_was_advertised_is_the_limit()
    {
        var credit = new ReceiveCredit(10_000, 10_000, 2000);
        credit.Use(9_000);

        Assert.True(credit.Covers(1_000));
        Assert.False(credit.Covers(1_001));
    }

    [Fact]
    public void A_peer_that_waits_is_told_of_a_small_rise_too()
    {
        var credit = new ReceiveCredit(40_000, 40_000, 2000);
        credit.Use(40_000);
        credit.OnBlocked(41_000);
        Assert.False(credit.OwesRise());

        credit.Consume(0, 1_000, RoundTrip);
        Assert.True(credit.OwesRise());
    }

    [Fact]
    public void A_packet_larger_than_the_window_may_come_once_everything_else_is_taken()
    {
        var credit = new ReceiveCredit(10_000, 10_000, largestCost: 1_000_000);
        credit.Use(5_000);
        credit.OnBlocked(5_000 + 900_000);
        Assert.False(credit.OwesRise());

        credit.Consume(0, 5_000, RoundTrip);
        Assert.True(credit.OwesRise());
        Assert.Equal(905_000, credit.Advertise());
    }

    [Fact]
    public void A_packet_the_window_could_grow_to_may_come_at_once()
    {
        var credit = new ReceiveCredit(10_000, 1_000_000, largestCost: 1_000_000);
        credit.Use(5_000);
        credit.OnBlocked(5_000 + 900_000);

        Assert.True(credit.OwesRise());
    }

    [Fact]
    public void More_than_any_packet_needs_is_not_granted()
    {
        var credit = new ReceiveCredit(10_000, 10_000, largestCost: 2_000);
        credit.OnBlocked(1L << 60);

        Assert.False(credit.OwesRise());
        Assert.Equal(10_000, credit.CurrentLimit());
    }

    [Fact]
    public void The_window_doubles_while_a_quarter_of_it_is_used_within_two_round_trips()
    {
        var credit = new ReceiveCredit(10_000, 35_000, 2000);
        credit.Use(2_499);
        credit.Consume(RoundTrip, 2_499, RoundTrip);
        Assert.Equal(10_000, credit.Window);

        credit.Use(1);
        credit.Consume(RoundTrip, 1, RoundTrip);
        Assert.Equal(20_000, credit.Window);

        credit.Use(5_000);
        credit.Consume(2 * RoundTrip, 5_000, RoundTrip);
        Assert.Equal(35_000, credit.Window);
    }

    [Fact]
    public void The_window_grows_by_what_arrives_behind_a_lost_datagram()
    {
        var credit = new ReceiveCredit(10_000, 1_000_000, 2000);
        credit.Use(2_500);
        credit.OnArrival(RoundTrip, 2_500, ready: 0, RoundTrip);
        Assert.Equal(20_000, credit.Window);
        Assert.True(credit.OwesRise());

        // The same bytes do not count again once they are taken.
        credit.Use(3_000);
        credit.Consume(RoundTrip, 5_500, RoundTrip);
        Assert.Equal(20_000, credit.Window);
    }

    [Fact]
    public void What_was_only_promised_is_no_reason_to_promise_more()
    {
        var credit = new ReceiveCredit(10_000, 1_000_000, 2000);
        credit.Use(9_000);
        credit.OnArrival(RoundTrip, 300, ready: 0, RoundTrip);
        Assert.Equal(10_000, credit.Window);
    }

    [Fact]
    public void What_is_kept_although_it_was_consumed_is_not_promised_again_whatever_the_peer_waits_for()
    {
        var credit = new ReceiveCredit(10_000, 10_000, largestCost: 1_000_000);
        credit.Use(8_000);
        credit.Consume(0, 8_000, RoundTrip);
        Assert.Equal(12_000, credit.Advertise(extra: -6_000));

        credit.OnBlocked(25_000);
        Assert.Equal(12_000, credit.CurrentLimit(extra: -6_000));
        Assert.Equal(25_000, credit.CurrentLimit());
    }

    [Fact]
    public void What_arrives_while_the_application_lags_behind_is_no_reason_to_promise_more()
    {
        var credit = new ReceiveCredit(10_000, 1_000_000, 2000);
        for (var i = 1; i <= 10; i++)
        {
            credit.Use(1_000);
            credit.OnArrival(i, 1_000, ready: i <= 2 ? 0 : 2_501, RoundTrip);
        }

        Assert.Equal(10_000, credit.Window);
    }

    [Fact]
    public void The_window_stays_while_it_is_used_slowly()
    {
        var credit = new ReceiveCredit(10_000, 1_000_000, 2000);
        for (var i = 1; i < 20; i++)
        {
            credit.Use(5_000);
            credit.Consume(i * 3 * RoundTrip, 5_000, RoundTrip);
            credit.Advertise();
        }

        Assert.Equal(10_000, credit.Window);
    }

    [Fact]
    public void Past_three_quarters_the_receiver_is_slow()
    {
        var credit = new ReceiveCredit(10_000, 10_000, 2000);
        credit.Use(7_500);
        Assert.False(credit.PastHighWater);
        credit.Use(1);
        Assert.True(credit.PastHighWater);
        credit.Consume(0, 1, RoundTrip);
        Assert.False(credit.PastHighWater);
    }
}
