namespace UDPack.Protocol.Congestion;

/// <summary>
/// CUBIC (RFC 9438): after a loss the window follows a cubic curve that levels out where the loss happened and then rises
/// ever faster, so that growth depends on time and not on the round trip. Slow start ends by HyStart++.
/// </summary>
internal sealed class Cubic : ICongestionController
{
    /// <summary>In datagrams per second cubed.</summary>
    private const double C = 0.4;
    private const double Beta = 0.7;

    /// <summary>The growth per window that makes Reno with this beta as fast as Reno with its own (§4.3).</summary>
    private const double RenoAlpha = 3 * (1 - Beta) / (1 + Beta);

    private int _datagramSize;
    private long _smoothedRtt;
    private long _recoveryStart = long.MinValue;
    private long _lastActive;
    private HyStart _hyStart = new();
    private Curve _curve = Curve.None;

    // What the last reduction changed, and how many of its losses are still believed.
    private Curve _undoCurve;
    private long _undoRecoveryStart;
    private int _believedLosses;

    /// <summary>The window and what shapes its growth: all that a loss changes.</summary>
    private struct Curve
    {
        public static readonly Curve None = new() { SlowStartThreshold = long.MaxValue, EpochStart = long.MinValue };

        public double Window;
        public long SlowStartThreshold;

        /// <summary>The window at which the curve is level, and the window before the last reduction.</summary>
        public double LevelWindow;
        public double PriorWindow;

        /// <summary>When the curve began, and after how many seconds it is level.</summary>
        public long EpochStart;
        public double LevelAfter;

        /// <summary>What Reno would have.</summary>
        public double RenoWindow;
    }

    public Cubic(int datagramSize)
    {
        _datagramSize = datagramSize;
        _curve.Window = InitialWindow.Of(datagramSize);
    }

    public long Window => (long)_curve.Window;

    /// <summary>Twice the window per round trip in slow start, where it doubles; else a quarter more, so that pacing never limits.</summary>
    public long PacingRate => _smoothedRtt == 0
        ? 0
        : (long)(_curve.Window * (IsSlowStart ? 2 : 1.25) * 1_000_000 / _smoothedRtt);

    private bool IsSlowStart => _curve.Window < _curve.SlowStartThreshold;

    private double MinimumWindow => 2.0 * _datagramSize;

    public void OnSent(in SendSample sample)
    {
        _smoothedRtt = sample.SmoothedRtt;
        if (sample.InFlight == 0)
        {
            SkipTime(sample.Now);
        }
    }

    public void OnAcknowledged(in AckSample sample)
    {
        _smoothedRtt = sample.SmoothedRtt;
        if (sample.NewestSentAt <= _recoveryStart)
        {
            return;
        }

        if (sample.PeerIsSlow || !IsWindowUsed(sample))
        {
            SkipTime(sample.Now);
            return;
        }

        _lastActive = sample.Now;
        if (!IsSlowStart)
        {
            Avoid(sample);
            return;
        }

        // Pacing makes the bursts harmless that RFC 9406 bounds with its L.
        _curve.Window += (double)sample.Bytes / _hyStart.GrowthDivisor;
        if (_hyStart.OnAcknowledged(sample))
        {
            _curve.SlowStartThreshold = Window;
        }
    }

    public void OnLost(in LossSample sample)
    {
        if (sample.NewestSentAt > _recoveryStart)
        {
            _undoCurve = _curve;
            _undoRecoveryStart = _recoveryStart;
            _believedLosses = 0;
            _recoveryStart = sample.Now;
            Reduce();
        }

        _believedLosses += sample.Datagrams;
        if (sample.Persistent)
        {
            _curve.Window = MinimumWindow;
            _curve.EpochStart = long.MinValue;
            _recoveryStart = sample.Now;
            _believedLosses = 0;
        }
    }

    public void OnSpurious(long now, long sentAt)
    {
        // RFC 9438 §4.9: undone only once none of the losses that led to it is real.
        if (_believedLosses == 0 || sentAt > _recoveryStart || sentAt <= _undoRecoveryStart || --_believedLosses > 0)
        {
            return;
        }

        if (_undoCurve.Window > _curve.Window)
        {
            _curve = _undoCurve;
        }

        _recoveryStart = _undoRecoveryStart;
    }

    public void SetDatagramSize(int size)
    {
        _datagramSize = size;
        _curve.Window = Math.Max(_curve.Window, MinimumWindow);
    }

    private void Reduce()
    {
        // Fast convergence (§4.7): who loses before reaching the former level makes room for a new flow.
        _curve.LevelWindow = _curve.Window < _curve.LevelWindow ? _curve.Window * (1 + Beta) / 2 : _curve.Window;
        _curve.PriorWindow = _curve.Window;
        _curve.Window = Math.Max(_curve.Window * Beta, MinimumWindow);
        _curve.SlowStartThreshold = Window;
        _curve.EpochStart = long.MinValue;
    }

    private void Avoid(in AckSample sample)
    {
        if (_curve.EpochStart == long.MinValue)
        {
            StartEpoch(sample.Now);
        }

        // §4.2: the window the curve will have a round trip from now, approached within that round trip.
        var seconds = (sample.Now - _curve.EpochStart + sample.SmoothedRtt) / 1e6;
        var distance = seconds - _curve.LevelAfter;
        var target = _curve.LevelWindow + (C * distance * distance * distance * _datagramSize);
        target = Math.Clamp(target, _curve.Window, 1.5 * _curve.Window);
        var share = sample.Bytes / _curve.Window;

        var alpha = _curve.RenoWindow >= _curve.PriorWindow ? 1 : RenoAlpha;
        _curve.RenoWindow += alpha * share * _datagramSize;
        _curve.Window = Math.Max(_curve.Window + ((target - _curve.Window) * share), _curve.RenoWindow);
    }

    private void StartEpoch(long now)
    {
        _curve.EpochStart = now;
        _curve.RenoWindow = _curve.Window;
        if (_curve.LevelWindow <= _curve.Window)
        {
            // Slow start ended without a loss, or nothing is left to regain.
            _curve.LevelWindow = _curve.Window;
            _curve.LevelAfter = 0;
        }
        else
        {
            _curve.LevelAfter = Math.Cbrt((_curve.LevelWindow - _curve.Window) / _datagramSize / C);
        }
    }

    /// <summary>Whether the window kept something from leaving; growing while it does not would make it meaningless (§5.8).</summary>
    private bool IsWindowUsed(in AckSample sample) =>
        !sample.AppLimited || (IsSlowStart ? 2 * sample.InFlightBefore >= Window : sample.InFlightBefore + (3 * _datagramSize) >= Window);

    /// <summary>Time in which the window did not matter is no time on the curve (§4.2).</summary>
    private void SkipTime(long now)
    {
        if (_curve.EpochStart != long.MinValue && now > _lastActive)
        {
            _curve.EpochStart += now - Math.Max(_lastActive, _curve.EpochStart);
        }

        _lastActive = now;
    }
}
