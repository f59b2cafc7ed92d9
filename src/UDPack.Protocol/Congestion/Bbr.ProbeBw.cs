namespace UDPack.Protocol.Congestion;

/// <summary>The cycle of probing for bandwidth.</summary>
internal sealed partial class Bbr
{
    private const double Headroom = 0.15;
    private const long ShortestProbeWait = 2_000_000;
    private const long ProbeWaitRange = 1_000_000;

    /// <summary>Reno would regain its window in about as many rounds as it has datagrams; large ones are not waited for.</summary>
    private const int MostRoundsBetweenProbes = 63;
    private const int MostProbeRounds = 30;

    private enum AckPhase : byte
    {
        Init,
        Refilling,
        ProbeStarting,
        ProbeFeedback,
        ProbeStopping,
    }

    private AckPhase _ackPhase;
    private bool _probeSamples;
    private long _cycleStart;
    private long _probeWait;
    private int _probeUpRounds;
    private long _probeUpStep = Unlimited;
    private long _probeUpAcknowledged;
    private ulong _dice = 0x9E37_79B9_7F4A_7C15;

    /// <summary>What the path takes, leaving room for a flow that begins.</summary>
    private long InflightWithHeadroom => _inflightLongTerm == Unlimited
        ? Unlimited
        : Math.Max(_inflightLongTerm - Math.Max(_datagramSize, (long)(_inflightLongTerm * Headroom)), MinimumWindow);

    private long TargetInflight => Math.Min(BandwidthDelayProduct(1), Window);

    private void AdvanceProbeBw(in AckSample sample)
    {
        if (!_fullBandwidthReached)
        {
            return;
        }

        AdaptLongTermBound(sample);
        switch (State)
        {
            case BbrState.ProbeBwDown when !StartedRefill(sample):
                if (sample.InFlight <= InflightWithHeadroom && sample.InFlight <= Inflight(1))
                {
                    Enter(BbrState.ProbeBwCruise);
                }

                break;
            case BbrState.ProbeBwCruise:
                StartedRefill(sample);
                break;
            case BbrState.ProbeBwRefill when _roundStarts:
                _probeSamples = true;
                StartUp(sample);
                break;
            case BbrState.ProbeBwUp when IsProbeOver(sample):
                StartDown(sample.Now, sample.Delivered);
                break;
            default:
                break;
        }
    }

    private bool StartedRefill(in AckSample sample)
    {
        var rounds = Math.Min(TargetInflight / _datagramSize, MostRoundsBetweenProbes);
        if (_peerIsSlow || (sample.Now - _cycleStart <= _probeWait && _roundsSinceProbe < rounds))
        {
            return false;
        }

        ResetShortTermBounds();
        _probeUpRounds = 0;
        _probeUpAcknowledged = 0;
        _ackPhase = AckPhase.Refilling;
        StartRound(sample.Delivered);
        Enter(BbrState.ProbeBwRefill);
        return true;
    }

    private void StartUp(in AckSample sample)
    {
        _ackPhase = AckPhase.ProbeStarting;
        StartRound(sample.Delivered);
        ResetFullBandwidth(sample.DeliveryRate);
        Enter(BbrState.ProbeBwUp);
        _cycleStart = sample.Now;
        RaiseProbeStep();
    }

    private void StartDown(long now, long delivered)
    {
        ResetLossSignals();
        _probeUpStep = Unlimited;
        PickProbeWait(now);
        _cycleStart = now;
        _ackPhase = AckPhase.ProbeStopping;
        StartRound(delivered);
        Enter(BbrState.ProbeBwDown);
    }

    /// <summary>The path is probed until the rate no longer rises; while the bound holds it down, that tells nothing.</summary>
    private bool IsProbeOver(in AckSample sample)
    {
        if (IsWindowUsed(sample) && Window >= _inflightLongTerm)
        {
            ResetFullBandwidth(sample.DeliveryRate);
            return false;
        }

        return _fullBandwidthNow;
    }

    private bool IsWindowUsed(in AckSample sample) => sample.InFlightBefore + (2 * _datagramSize) >= Window;

    private void AdaptLongTermBound(in AckSample sample)
    {
        if (_roundStarts && _ackPhase == AckPhase.ProbeStarting)
        {
            _ackPhase = AckPhase.ProbeFeedback;
        }
        else if (_roundStarts && _ackPhase == AckPhase.ProbeStopping)
        {
            _ackPhase = AckPhase.Init;
            _probeSamples = false;
            if (IsInProbeBw && !IsAppLimited(sample))
            {
                AdvanceBandwidthFilter();
            }
        }

        if (_inflightLongTerm == Unlimited || IsTooMuchLost(sample.Lost - sample.LostThen, sample.InFlightThen))
        {
            return;
        }

        _inflightLongTerm = Math.Max(_inflightLongTerm, sample.InFlightThen);
        if (State == BbrState.ProbeBwUp)
        {
            RaiseLongTermBound(sample);
        }
    }

    /// <summary>By one datagram in the first round, two in the second, four in the third: careful, and soon fast.</summary>
    private void RaiseLongTermBound(in AckSample sample)
    {
        if (IsWindowUsed(sample) && Window >= _inflightLongTerm)
        {
            _probeUpAcknowledged += sample.Bytes;
            if (_probeUpAcknowledged >= _probeUpStep)
            {
                var steps = _probeUpAcknowledged / _probeUpStep;
                _probeUpAcknowledged -= steps * _probeUpStep;
                _inflightLongTerm += steps * _datagramSize;
            }
        }

        if (_roundStarts)
        {
            RaiseProbeStep();
        }
    }

    private void RaiseProbeStep()
    {
        var growth = (long)_datagramSize << _probeUpRounds;
        _probeUpRounds = Math.Min(_probeUpRounds + 1, MostProbeRounds);
        _probeUpStep = Math.Max(Window / Math.Max(growth / _datagramSize, 1), _datagramSize);
    }

    /// <summary>Flows that share a path must not probe in step. The time is mixed in, as all flows begin with the same number.</summary>
    private void PickProbeWait(long now)
    {
        _dice ^= (ulong)now;
        _dice ^= _dice << 13;
        _dice ^= _dice >> 7;
        _dice ^= _dice << 17;
        _roundsSinceProbe = (int)(_dice & 1);
        _probeWait = ShortestProbeWait + (long)((_dice >> 1) % ProbeWaitRange);
    }
}
