using UDPack.Protocol.Congestion;

namespace UDPack.Protocol.Recovery;

internal partial struct LossRecovery
{
    /// <summary>
    /// Declares lost what later datagrams overtook (RFC 9002 §6.1). Both thresholds spare later datagrams if they spare an
    /// earlier one, so the walk ends at the first that is spared, and none is passed twice.
    /// </summary>
    private void DetectLosses(long now)
    {
        _lossTime = long.MaxValue;
        if (!_anyAcknowledged)
        {
            return;
        }

        var delay = _reordering.Delay(Rtt);
        var loss = new LossSample { Now = now, NewestSentAt = long.MinValue };
        var (from, largestLost) = (_cursor, 0);
        while (_cursor < _sent.Count && _sent[_cursor].Sequence <= _largestAcknowledged)
        {
            ref var datagram = ref _sent[_cursor];
            if (datagram.State == SentState.InFlight)
            {
                if (datagram.SentAt + delay > now && _largestAcknowledged - datagram.Sequence < (ulong)_reordering.Packets)
                {
                    _lossTime = datagram.SentAt + delay;
                    break;
                }

                largestLost = Math.Max(largestLost, datagram.IsMtuProbe ? 0 : datagram.Size);
                DeclareLost(now, ref datagram, ref loss);
            }
            else if (datagram.State == SentState.Acknowledged)
            {
                _persistent.OnAcknowledged();
            }

            _cursor++;
        }

        if (loss.Datagrams == 0)
        {
            return;
        }

        if (loss.Persistent)
        {
            Rtt.RenewMin();
        }

        loss.Lost = _delivery.Lost;
        loss.InFlight = BytesInFlight;
        _reordering.OnLost(now, loss.NewestSentAt);
        Congestion.OnLost(loss);
        if (FindUnrefuted(from, largestLost) is { Size: > 0 } unrefuted)
        {
            Evidence.SetUnrefutedLoss(unrefuted);
        }
    }

    /// <summary>
    /// Of the datagrams from this position to the cursor that are lost, the largest beside which nothing as large that was sent later is
    /// acknowledged. The walk goes back and ends where something acknowledged refutes whatever comes before: mostly at its first step.
    /// </summary>
    private readonly SentDatagram FindUnrefuted(int from, int largestLost)
    {
        var found = default(SentDatagram);
        var carried = 0;
        for (var i = Math.Min(FirstFrom(_largestAcknowledged), _sent.Count - 1); i >= from && carried < largestLost; i--)
        {
            ref readonly var datagram = ref _sent[i];
            if (!IsOnPath(datagram))
            {
                break;
            }

            if (datagram.State == SentState.Acknowledged)
            {
                carried = Math.Max(carried, datagram.Size);
            }
            else if (datagram is { State: SentState.Lost, IsMtuProbe: false } && i < _cursor && datagram.Size > Math.Max(carried, found.Size))
            {
                found = datagram;
            }
        }

        return found;
    }

    /// <summary>
    /// Has the frames of the oldest datagram in flight sent again, by a probe: it may be what the peer misses (RFC 9002 §6.2.4). The
    /// datagram itself stays awaited.
    /// </summary>
    public void RepeatOldest()
    {
        for (var i = _cursor; i < _sent.Count; i++)
        {
            if (_sent[i] is { State: SentState.InFlight, IsMtuProbe: false } oldest)
            {
                Report(oldest, acknowledged: false);
                return;
            }
        }
    }

    private void DeclareLost(long now, ref SentDatagram datagram, ref LossSample loss)
    {
        Settle(ref datagram, SentState.Lost);

        // RFC 9000 §14.4: that a larger datagram does not pass says nothing about congestion.
        if (!datagram.IsMtuProbe)
        {
            DatagramsLost++;
            if (IsOnPath(datagram))
            {
                _delivery.OnLost(datagram.Size);
                loss.Bytes += datagram.Size;
                loss.Datagrams++;
                loss.NewestSentAt = datagram.SentAt;
                loss.InFlightThen = datagram.InFlight;
                loss.LostThen = datagram.Lost;
                loss.Persistent |= _persistent.OnLost(datagram.SentAt, ProbeTimeout);
            }
        }

        Report(datagram, acknowledged: false);
    }
}
