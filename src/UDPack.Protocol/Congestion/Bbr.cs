namespace UDPack.Protocol.Congestion;

/// <summary>
/// BBR version 3 (draft-ietf-ccwg-bbr): models the path by the highest recent delivery rate and the lowest recent round trip,
/// paces at that rate, keeps about their product in flight, and probes for more every few seconds.
/// </summary>
/// <remarks>
/// It differs from the draft in what it takes for congestion. The draft holds more than 2 % of loss against the volume in
/// flight, and any loss in a round against the rate; on a path that loses 5 % whatever is sent, that ends in ever lower
/// rates. Loss by congestion falls when less is sent, other loss does not. So the loss seen while the queue is empty, in
/// Startup or while nothing is probed (see <see cref="LossFloor"/>), is taken as the path's own, and only what exceeds it by the draft's
/// threshold, and by more than chance explains, counts. Without such loss the floor is 0, and the threshold is the draft's.
/// Likewise only losses that come with a queue, or are heavy, end Startup: no rate that is still rising is a full path's.
/// While cruising with a queue it paces a little below the rate, see <see cref="QueueGain"/>.
/// The packet conservation that the draft borrows from TCP is left out, as pacing at a measured rate does its work.
/// </remarks>
internal sealed partial class Bbr : ICongestionController
{
    private const double StartupGain = 2.77;
    private const double DrainGain = 0.5;
    private const double DownGain = 0.9;
    private const double UpGain = 1.25;
    private const double WindowGain = 2;
    private const double UpWindowGain = 2.25;
    private const double ProbeRttWindowGain = 0.5;

    /// <summary>
    /// While cruising with a queue. Acks that come unevenly make the highest rate measured a few percent too high, and the queue
    /// that this builds would stand until the next probe, at the cost of everybody's latency.
    /// </summary>
    private const double QueueGain = 0.93;

    /// <summary>Pacing a little below the rate lets queues drain.</summary>
    private const double PacingMargin = 0.99;
    private const long QuantumMicros = 1_000;
    private const long LargestQuantum = 256 * 1024;
    private const long Unlimited = long.MaxValue;

    private int _datagramSize;
    private long _initialWindow;
    private double _pacingGain = StartupGain;
    private double _windowGain = WindowGain;
    private long _windowBefore;
    private bool _idleRestart;
    private bool _peerIsSlow;

    public Bbr(int datagramSize)
    {
        _datagramSize = datagramSize;
        _initialWindow = InitialWindow.Of(datagramSize);
        Window = _initialWindow;
    }

    public BbrState State { get; private set; } = BbrState.Startup;

    public long Window { get; private set; }

    public long PacingRate { get; private set; }

    private long MinimumWindow => 4L * _datagramSize;

    private bool IsProbingForBandwidth => State is BbrState.Startup or BbrState.ProbeBwRefill or BbrState.ProbeBwUp;

    private bool IsInProbeBw =>
        State is BbrState.ProbeBwDown or BbrState.ProbeBwCruise or BbrState.ProbeBwRefill or BbrState.ProbeBwUp;

    public void OnSent(in SendSample sample)
    {
        if (PacingRate == 0)
        {
            PacingRate = (long)(StartupGain * Window * 1_000_000 / sample.SmoothedRtt);
        }

        if (sample.InFlight != 0 || !sample.AppLimited)
        {
            return;
        }

        _idleRestart = true;
        _aggregation.Restart(sample.Now);
        if (IsInProbeBw)
        {
            // After a pause the path is empty: no reason to hurry, nor to hold back.
            _queueStands = false;
            SetPacingRate(1);
        }
        else if (State == BbrState.ProbeRtt)
        {
            LeaveProbeRttIfDone(sample.Now);
        }
    }

    public void OnAcknowledged(in AckSample sample)
    {
        _peerIsSlow = sample.PeerIsSlow;
        UpdateRound(sample);
        UpdateLatestSignals(sample);
        UpdateBandwidth(sample);
        AdaptToLosses();
        _aggregation.OnAcknowledged(sample, Bandwidth, Window, _roundStarts);
        CheckFullBandwidth(sample);
        CheckStartupDone(sample);
        AdvanceProbeBw(sample);
        UpdateMinRtt(sample);
        CheckProbeRtt(sample);
        if (_lossRoundStarts)
        {
            BeginLossRound(sample);
        }

        SetPacingRate(_pacingGain);
        SetWindow(sample);
    }

    public void SetDatagramSize(int size)
    {
        _datagramSize = size;
        _initialWindow = Math.Max(_initialWindow, InitialWindow.Of(size));
        Window = Math.Max(Window, MinimumWindow);
    }

    private void Enter(BbrState state)
    {
        State = state;
        (_pacingGain, _windowGain) = state switch
        {
            BbrState.Startup => (StartupGain, WindowGain),
            BbrState.Drain => (DrainGain, WindowGain),
            BbrState.ProbeBwDown => (DownGain, WindowGain),
            BbrState.ProbeBwUp => (UpGain, UpWindowGain),
            BbrState.ProbeRtt => (1, ProbeRttWindowGain),
            _ => (1, WindowGain),
        };
    }

    private void CheckStartupDone(in AckSample sample)
    {
        if (State == BbrState.Startup && _fullBandwidthReached)
        {
            Enter(BbrState.Drain);
        }

        if (State == BbrState.Drain && sample.InFlight <= Inflight(1))
        {
            StartDown(sample.Now, sample.Delivered);
        }
    }

    private void SetPacingRate(double gain)
    {
        if (Bandwidth == 0)
        {
            return;
        }

        if (_peerIsSlow)
        {
            gain = Math.Min(gain, 1);
        }

        if (State == BbrState.ProbeBwCruise && _queueStands)
        {
            gain = Math.Min(gain, QueueGain);
        }

        // Until the path is full a lower rate would only come from too few samples.
        var rate = (long)(gain * Bandwidth * PacingMargin);
        if (_fullBandwidthReached || rate > PacingRate)
        {
            PacingRate = Math.Max(rate, 1);
        }
    }

    private void SetWindow(in AckSample sample)
    {
        var largest = Inflight(_windowGain, _aggregation.Extra);
        var window = _peerIsSlow ? Window : Window + sample.Bytes;
        if (_fullBandwidthReached)
        {
            window = Math.Min(window, largest);
        }
        else if (Window >= largest && sample.Delivered >= _initialWindow)
        {
            window = Window;
        }

        Window = Math.Max(window, MinimumWindow);
        if (State == BbrState.ProbeRtt)
        {
            Window = Math.Min(Window, ProbeRttWindow);
        }

        var bound = State switch
        {
            BbrState.ProbeBwCruise or BbrState.ProbeRtt => InflightWithHeadroom,
            BbrState.ProbeBwDown or BbrState.ProbeBwRefill or BbrState.ProbeBwUp => _inflightLongTerm,
            _ => Unlimited,
        };
        Window = Math.Min(Window, Math.Max(Math.Min(bound, _inflightShortTerm), MinimumWindow));
    }

    /// <summary>What a gain times the path holds, with room for datagrams that leave and acks that come in bunches.</summary>
    private long Inflight(double gain, long extra = 0)
    {
        var product = BandwidthDelayProduct(gain);
        if (product == 0)
        {
            return Math.Max(_initialWindow, MinimumWindow);
        }

        var quantum = Math.Clamp(PacingRate * QuantumMicros / 1_000_000, 2 * _datagramSize, LargestQuantum);
        var inflight = Math.Max(product + extra + (3 * quantum), MinimumWindow);
        return State == BbrState.ProbeBwUp ? inflight + (2 * _datagramSize) : inflight;
    }

    private long BandwidthDelayProduct(double gain) =>
        _minRtt == Unlimited ? 0 : (long)(gain * Bandwidth * _minRtt / 1_000_000);
}
