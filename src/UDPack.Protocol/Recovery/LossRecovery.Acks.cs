using UDPack.Protocol.Congestion;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Recovery;

internal partial struct LossRecovery
{
    /// <summary>Takes an ack whose numbers were all sent.</summary>
    public void OnAck(long now, ref AckFrameReader ack, bool peerIsSlow)
    {
        // RFC 9002 §5.1: a sample needs the largest number to be new, though that one may itself have only acknowledged.
        var largest = ack.Largest;
        var largestAt = FirstFrom(largest);
        var givesRtt = !HasAcknowledged(largest) && largestAt < _sent.Count && _sent[largestAt].Sequence == largest && IsOnPath(_sent[largestAt]);
        var largestSentAt = givesRtt ? _sent[largestAt].SentAt : 0;

        var sample = new AckSample { Now = now, InFlightBefore = BytesInFlight, PeerIsSlow = peerIsSlow };
        var anyNew = false;
        while (ack.TryNext(out var smallest, out var rangeLargest))
        {
            anyNew |= AcknowledgeRange(now, smallest, rangeLargest, ref sample);
        }

        if (!HasAcknowledged(largest))
        {
            _anyAcknowledged = true;
            _largestAcknowledged = largest;
        }

        if (!anyNew)
        {
            return;
        }

        if (givesRtt && !IsToldAgain(ack.DelayMicros))
        {
            sample.Rtt = Math.Max(1, now - largestSentAt);
            _persistent.OnRttSample(now);
            Rtt.Update(sample.Rtt, (long)Math.Min(ack.DelayMicros, (ulong)_peerMaxAckDelay));
        }

        _backoff.Reset();
        DetectLosses(now);
        if (sample.Bytes > 0)
        {
            sample.InFlight = BytesInFlight;
            sample.SmoothedRtt = Rtt.Smoothed;
            sample.MinRtt = Rtt.Min;
            _delivery.Complete(ref sample);
            Congestion.OnAcknowledged(sample);
        }

        DropHead(now);
    }

    /// <summary>
    /// Whether an ack was so late that an earlier one of the same datagram must be lost: after an outage the first to arrive tells of the last
    /// datagram before it. The time between is no round trip, and counted as one it would hold up whatever waits for round trips.
    /// </summary>
    private readonly bool IsToldAgain(ulong delayMicros) => delayMicros > (ulong)(_peerMaxAckDelay + ProbeTimeout);

    /// <summary>True if something ack-eliciting in it is new.</summary>
    private bool AcknowledgeRange(long now, ulong smallest, ulong largest, ref AckSample sample)
    {
        var anyNew = false;
        var first = FirstFrom(smallest);
        var i = first;
        while (i < _sent.Count && _sent[i].Sequence <= largest)
        {
            ref var datagram = ref _sent[i];
            switch (datagram.State)
            {
                case SentState.Acknowledged:
                    // Acks repeat their ranges: what an earlier walk covered is passed in one step.
                    i += Math.Max(1, datagram.AcknowledgedRun);
                    continue;
                case SentState.AckOnly:
                    _ackOnlyTracked--;
                    datagram.State = SentState.Acknowledged;
                    break;
                case SentState.InFlight:
                    anyNew = true;
                    Settle(ref datagram, SentState.Acknowledged);
                    if (IsOnPath(datagram))
                    {
                        _delivery.OnAcknowledged(now, datagram, ref sample);
                    }

                    Evidence.AddArrived(datagram);
                    break;
                case SentState.Lost:
                    anyNew = true;
                    datagram.State = SentState.Acknowledged;
                    OnSpurious(now, datagram, ref sample);
                    Evidence.AddArrived(datagram);
                    break;
            }

            Report(datagram, acknowledged: true);
            i++;
        }

        if (i > first)
        {
            _sent[first].AcknowledgedRun = Math.Max(_sent[first].AcknowledgedRun, i - first);
        }

        return anyNew;
    }

    /// <summary>A late arrival counts as delivered, and what its supposed loss did is undone as far as it can be.</summary>
    private void OnSpurious(long now, in SentDatagram datagram, ref AckSample sample)
    {
        if (datagram.IsMtuProbe)
        {
            return;
        }

        SpuriousLosses++;
        if (!IsOnPath(datagram))
        {
            return;
        }

        _persistent.OnAcknowledged();
        _reordering.OnSpurious(now, datagram.SentAt, _largestAcknowledged - datagram.Sequence, Rtt);
        _delivery.OnAcknowledged(now, datagram, ref sample);
        Congestion.OnSpurious(now, datagram.SentAt);
    }

    private void Settle(ref SentDatagram datagram, SentState state)
    {
        DatagramsInFlight--;
        datagram.State = state;
        if (IsOnPath(datagram))
        {
            BytesInFlight -= datagram.Size;
        }
    }

    /// <summary>The position of the first tracked datagram with this number or a later one.</summary>
    private readonly int FirstFrom(ulong sequence)
    {
        var low = 0;
        var high = _sent.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_sent[middle].Sequence < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private void Report(in SentDatagram datagram, bool acknowledged)
    {
        var first = (int)(datagram.FirstFrame - _framesBase);
        for (var i = first; i < first + datagram.FrameCount; i++)
        {
            Settled.Add(_frames[i], acknowledged);
        }
    }
}
