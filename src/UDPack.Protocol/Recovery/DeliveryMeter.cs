using UDPack.Protocol.Congestion;

namespace UDPack.Protocol.Recovery;

/// <summary>
/// Samples at which rate the path delivers (draft-cheng-iccrg-delivery-rate-estimation): each datagram notes what was delivered
/// when it left; its ack tells what was delivered in between. The rate is taken over the longer of the times in which the
/// datagrams left and in which their acks came, as acks that come in a bunch would otherwise look like a fast path.
/// </summary>
internal struct DeliveryMeter
{
    private long _deliveredAt;
    private long _firstSentAt;

    /// <summary>Until this much is delivered, samples belong to a time in which the sender lacked things to send; 0 if none.</summary>
    private long _appLimitedUntil;

    public long Delivered { get; private set; }

    public long Lost { get; private set; }

    public readonly bool IsAppLimited => _appLimitedUntil != 0;

    public void OnSent(long now, long inFlightBefore, ref SentDatagram datagram)
    {
        if (inFlightBefore == 0)
        {
            _firstSentAt = _deliveredAt = now;
        }

        datagram.FirstSentAt = _firstSentAt;
        datagram.DeliveredAt = _deliveredAt;
        datagram.Delivered = Delivered;
        datagram.Lost = Lost;
        datagram.InFlight = inFlightBefore + datagram.Size;
        datagram.AppLimited = IsAppLimited;
    }

    public void OnAppLimited(long inFlight) => _appLimitedUntil = Math.Max(1, Delivered + inFlight);

    public void OnLost(int bytes) => Lost += bytes;

    /// <summary>Notes a delivered datagram; the newest one decides the sample.</summary>
    public void OnAcknowledged(long now, in SentDatagram datagram, ref AckSample sample)
    {
        Delivered += datagram.Size;
        _deliveredAt = now;
        if (sample.Bytes > 0 && datagram.SentAt < sample.NewestSentAt)
        {
            sample.Bytes += datagram.Size;
            return;
        }

        sample.Bytes += datagram.Size;
        sample.NewestSentAt = datagram.SentAt;
        sample.InFlightThen = datagram.InFlight;
        sample.AppLimited = datagram.AppLimited;
        sample.DeliveredThen = datagram.Delivered;
        sample.LostThen = datagram.Lost;
        sample.Interval = Math.Max(datagram.SentAt - datagram.FirstSentAt, now - datagram.DeliveredAt);
        _firstSentAt = datagram.SentAt;
    }

    public void Complete(ref AckSample sample)
    {
        if (_appLimitedUntil != 0 && Delivered > _appLimitedUntil)
        {
            _appLimitedUntil = 0;
        }

        sample.Delivered = Delivered;
        sample.Lost = Lost;

        // Less than a round trip can only come from compressed acks.
        if (sample.Interval < sample.MinRtt)
        {
            sample.Interval = 0;
        }
    }
}
