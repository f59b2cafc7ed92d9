namespace UDPack.Protocol.Congestion;

/// <summary>The lowest round trip, and the pauses without which it could not be seen.</summary>
internal sealed partial class Bbr
{
    private const long ProbeRttInterval = 5_000_000;
    private const long ProbeRttTime = 200_000;

    private long _probeRttMin = Unlimited;
    private long _probeRttMinAt;
    private bool _probeRttIsDue;
    private long _probeRttDoneAt;
    private bool _probeRttRoundDone;
    private long _probeRttLimitedUntil;

    private long ProbeRttWindow => Math.Max(BandwidthDelayProduct(ProbeRttWindowGain), MinimumWindow);

    private void UpdateMinRtt(in AckSample sample)
    {
        _probeRttIsDue = _probeRttMin != Unlimited && sample.Now > _probeRttMinAt + ProbeRttInterval;
        if (sample.Rtt != 0 && (sample.Rtt < _probeRttMin || _probeRttIsDue))
        {
            _probeRttMin = sample.Rtt;
            _probeRttMinAt = sample.Now;
        }

        if (_probeRttMin < _minRtt || sample.Now > _minRttAt + MinRttPeriod)
        {
            _minRtt = _probeRttMin;
            _minRttAt = _probeRttMinAt;
        }
    }

    private void CheckProbeRtt(in AckSample sample)
    {
        if (State != BbrState.ProbeRtt && _probeRttIsDue && !_idleRestart)
        {
            _windowBefore = Window;
            _probeRttDoneAt = 0;
            _ackPhase = AckPhase.ProbeStopping;
            StartRound(sample.Delivered);
            Enter(BbrState.ProbeRtt);
        }

        if (State == BbrState.ProbeRtt)
        {
            _probeRttLimitedUntil = sample.Delivered + sample.InFlight;
            StayInProbeRtt(sample);
        }

        _idleRestart = false;
    }

    private void StayInProbeRtt(in AckSample sample)
    {
        if (_probeRttDoneAt == 0)
        {
            if (sample.InFlight <= ProbeRttWindow)
            {
                _probeRttDoneAt = sample.Now + ProbeRttTime;
                _probeRttRoundDone = false;
                StartRound(sample.Delivered);
            }

            return;
        }

        _probeRttRoundDone |= _roundStarts;
        if (_probeRttRoundDone)
        {
            LeaveProbeRttIfDone(sample.Now);
        }
    }

    private void LeaveProbeRttIfDone(long now)
    {
        if (_probeRttDoneAt == 0 || now <= _probeRttDoneAt)
        {
            return;
        }

        _probeRttMinAt = now;
        Window = Math.Max(Window, _windowBefore);
        ResetShortTermBounds();
        if (_fullBandwidthReached)
        {
            // The path is drained already; the wait for the next probe begins.
            StartDown(now, _nextRound);
            Enter(BbrState.ProbeBwCruise);
        }
        else
        {
            Enter(BbrState.Startup);
        }
    }
}
