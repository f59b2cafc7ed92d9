using UDPack.Protocol.Congestion;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>draft-cheng-iccrg-delivery-rate-estimation, worked out by hand.</summary>
public sealed class DeliveryMeterTests
{
    private const int Size = 1000;
    private const long Ms = 1000;

    private DeliveryMeter _meter;

    [Fact]
    public void A_steady_path_gives_its_rate()
    {
        // One datagram per ms, each acknowledged 20 ms later: a megabyte per second.
        var sent = new List<SentDatagram>();
        for (var i = 0; i < 60; i++)
        {
            if (i >= 20)
            {
                var sample = Ack(i * Ms, sent[i - 20]);
                if (i >= 40)
                {
                    Assert.Equal(1_000_000, sample.DeliveryRate);
                    Assert.Equal(20 * Ms, sample.Interval);
                }
            }

            sent.Add(Send(i * Ms, Math.Min(i, 20) * Size));
        }
    }

    [Fact]
    public void Acks_that_come_in_a_bunch_do_not_look_like_a_fast_path()
    {
        var sent = new List<SentDatagram>();
        for (var i = 0; i < 20; i++)
        {
            sent.Add(Send(i * Ms, i * Size));
        }

        var sample = new AckSample { Now = 40 * Ms, MinRtt = 20 * Ms };
        foreach (var datagram in sent)
        {
            _meter.OnAcknowledged(40 * Ms, datagram, ref sample);
        }

        _meter.Complete(ref sample);

        // Twenty delivered since the first left: over 40 ms, not over no time.
        Assert.Equal((20 * Size, 40 * Ms, 500_000), (sample.Bytes, sample.Interval, sample.DeliveryRate));
    }

    [Fact]
    public void An_interval_below_the_smallest_round_trip_gives_no_rate()
    {
        var datagram = Send(0, 0);
        var sample = new AckSample { Now = 5 * Ms, MinRtt = 20 * Ms };
        _meter.OnAcknowledged(5 * Ms, datagram, ref sample);
        _meter.Complete(ref sample);
        Assert.Equal(0, sample.DeliveryRate);
    }

    [Fact]
    public void The_newest_datagram_decides_whatever_the_order_of_the_ranges()
    {
        var first = Send(0, 0);
        var second = Send(10 * Ms, Size);
        var sample = new AckSample { Now = 50 * Ms };
        _meter.OnAcknowledged(50 * Ms, second, ref sample);
        _meter.OnAcknowledged(50 * Ms, first, ref sample);
        _meter.Complete(ref sample);
        Assert.Equal((2 * Size, 10 * Ms, 2 * Size), (sample.Bytes, sample.NewestSentAt, sample.InFlightThen));
    }

    [Fact]
    public void What_left_while_the_application_limited_is_marked_until_it_is_delivered()
    {
        var first = Send(0, 0);
        _meter.OnAppLimited(Size);
        var second = Send(Ms, Size);
        Assert.False(first.AppLimited);
        Assert.True(second.AppLimited);
        Ack(20 * Ms, first);
        Assert.True(_meter.IsAppLimited);
        var sample = Ack(21 * Ms, second);
        Assert.True(sample.AppLimited);
        Assert.False(_meter.IsAppLimited);
        Assert.False(Send(22 * Ms, 0).AppLimited);
    }

    [Fact]
    public void Losses_since_a_datagram_left_are_counted()
    {
        _meter.OnLost(Size);
        var datagram = Send(0, 0);
        _meter.OnLost(3 * Size);
        var sample = Ack(20 * Ms, datagram);
        Assert.Equal(3 * Size, sample.Lost - sample.LostThen);
    }

    private SentDatagram Send(long now, long inFlight)
    {
        var datagram = new SentDatagram { SentAt = now, Size = Size };
        _meter.OnSent(now, inFlight, ref datagram);
        return datagram;
    }

    private AckSample Ack(long now, SentDatagram datagram)
    {
        var sample = new AckSample { Now = now };
        _meter.OnAcknowledged(now, datagram, ref sample);
        _meter.Complete(ref sample);
        return sample;
    }
}
