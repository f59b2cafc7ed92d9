namespace UDPack.Protocol.Congestion;

/// <summary>What losses say about the path.</summary>
internal sealed partial class Bbr
{
    private const double Beta = 0.7;

    /// <summary>A queue stands if even the shortest round trip of a round exceeds the path's by so much...</summary>
    private const int QueueDivisor = 8;
    private const long LeastQueue = 1_000;

    /// <summary>...and by half of what it has come to lately: a busy machine or a jittery path lengthens round trips, too, but a queue that drops is a full one.</summary>
    private const int FullQueueDivisor = 2;
    private const long FullQueueMemory = 10_000_000;

    /// <summary>
    /// Startup ends by losses only if there are several in a round, and a long queue or so large a share: it overshoots by far, while
    /// ending it too early costs many seconds of probing.
    /// </summary>
    private const int StartupLosses = 6;
    private const int LongQueueDivisor = 2;
    private const double HeavyLoss = 0.2;

    // Of the round so far.
    private long _lossRound;
    private bool _lossRoundStarts;
    private long _roundLost;
    private int _roundLossEvents;
    private bool _roundIsCongested;
    private bool _roundHadQueue;
    private bool _queueStands;
    private long _roundBegin;
    private long _roundMinRtt = Unlimited;
    private long _roundMaxRtt;
    private long _bandwidthLatest;
    private long _inflightLatest;

    // The longest of the rounds' shortest round trips, in this period and the one before.
    private long _longestRtt;
    private long _longestRttBefore;
    private long _longestRttSince;

    private LossFloor _floor;
    private long _bandwidthShortTerm = Unlimited;
    private long _inflightShortTerm = Unlimited;
    private long _inflightLongTerm = Unlimited;

    // To be restored if the losses were none.
    private long _recoveryStart = long.MinValue;
    private long _episodeStart = long.MinValue;
    private int _believedLosses;
    private BbrState _undoState;
    private long _undoBandwidthShortTerm;
    private long _undoInflightShortTerm;
    private long _undoInflightLongTerm;

    public void OnLost(in LossSample sample)
    {
        if (sample.NewestSentAt > _recoveryStart)
        {
            _episodeStart = _recoveryStart;
            _recoveryStart = sample.Now;
            _believedLosses = 0;
            _undoState = State;
            _undoBandwidthShortTerm = _bandwidthShortTerm;
            _undoInflightShortTerm = _inflightShortTerm;
            _undoInflightLongTerm = _inflightLongTerm;
        }

        _believedLosses += sample.Datagrams;
        _roundLost += sample.Bytes;
        _roundLossEvents++;
        if (sample.Persistent)
        {
            Window = MinimumWindow;
            return;
        }

        var lost = sample.Lost - sample.LostThen;
        if (_probeSamples && IsTooMuchLost(lost, sample.InFlightThen))
        {
            OnTooMuchInFlight(sample, lost);
        }
    }

    public void OnSpurious(long now, long sentAt)
    {
        if (_believedLosses == 0 || sentAt > _recoveryStart || sentAt <= _episodeStart || --_believedLosses > 0)
        {
            return;
        }

        _roundLost = 0;
        _roundLossEvents = 0;
        ResetFullBandwidth(0);
        _bandwidthShortTerm = Math.Max(_bandwidthShortTerm, _undoBandwidthShortTerm);
        _inflightShortTerm = Math.Max(_inflightShortTerm, _undoInflightShortTerm);
        _inflightLongTerm = Math.Max(_inflightLongTerm, _undoInflightLongTerm);
        if (_undoState == BbrState.Startup && State is (BbrState.Drain or BbrState.ProbeBwDown))
        {
            _fullBandwidthReached = false;
            Enter(BbrState.Startup);
        }
    }

    private bool IsTooMuchLost(long lost, long inFlight) =>
        lost > 0 && (double)lost / _datagramSize > _floor.Tolerated((double)inFlight / _datagramSize);

    private void OnTooMuchInFlight(in LossSample sample, long lost)
    {
        _probeSamples = false;

        // The bound is what had been in flight when the share of losses crossed the threshold: with this datagram it did,
        // so at least what was in flight without the losses beyond the threshold is safe.
        var tolerated = (long)(_floor.Tolerated((double)sample.InFlightThen / _datagramSize) * _datagramSize);
        var safe = sample.InFlightThen - Math.Max(0, lost - tolerated);
        _inflightLongTerm = Math.Max(safe, (long)(TargetInflight * Beta));
        if (State == BbrState.ProbeBwUp)
        {
            StartDown(sample.Now, _nextRound);
        }
    }

    private void UpdateLatestSignals(in AckSample sample)
    {
        _bandwidthLatest = Math.Max(_bandwidthLatest, sample.DeliveryRate);
        _inflightLatest = Math.Max(_inflightLatest, sample.Delivered - sample.DeliveredThen);
        if (sample.Rtt != 0)
        {
            _roundMinRtt = Math.Min(_roundMinRtt, sample.Rtt);
            _roundMaxRtt = Math.Max(_roundMaxRtt, sample.Rtt);
        }

        _lossRoundStarts = sample.DeliveredThen >= _lossRound;
        if (_lossRoundStarts)
        {
            _lossRound = sample.Delivered;
            EndLossRound(sample);
        }
    }

    /// <summary>Judges the losses of the round that ends.</summary>
    private void EndLossRound(in AckSample sample)
    {
        var hasQueue = HasQueue(sample.Now);
        var hasLongQueue = _minRtt != Unlimited && _roundMinRtt != Unlimited && _roundMinRtt - _minRtt > _minRtt / LongQueueDivisor;
        var lost = (double)_roundLost / _datagramSize;
        var sent = lost + ((double)(sample.Delivered - _roundBegin) / _datagramSize);
        _roundIsCongested = lost > 0 && lost > _floor.Tolerated(sent);
        if (State == BbrState.Startup && _roundIsCongested && _roundLossEvents >= StartupLosses && (hasLongQueue || lost > HeavyLoss * sent))
        {
            _fullBandwidthReached = true;
            _inflightLongTerm = Math.Max(BandwidthDelayProduct(1), _inflightLatest);
        }

        _queueStands = _roundMinRtt != Unlimited && _roundMinRtt - _minRtt > Math.Max(_minRtt / QueueDivisor, LeastQueue);
        _roundHadQueue = _roundIsCongested || _queueStands || _roundMinRtt == Unlimited;

        // Startup overflows a short queue within a round that begins without one, so none of its round trips may show any.
        var isQuiet = !hasQueue
            && (State is BbrState.ProbeBwDown or BbrState.ProbeBwCruise
                || (State == BbrState.Startup && _roundMaxRtt - _minRtt <= Math.Max(_minRtt / QueueDivisor, LeastQueue)));
        _floor.OnRound(lost, sent, isQuiet);
        _roundBegin = sample.Delivered;
        _roundLost = 0;
        _roundLossEvents = 0;
        _roundMinRtt = Unlimited;
        _roundMaxRtt = 0;
    }

    private bool HasQueue(long now)
    {
        if (_minRtt == Unlimited || _roundMinRtt == Unlimited)
        {
            return true;
        }

        if (now - _longestRttSince > FullQueueMemory)
        {
            (_longestRttBefore, _longestRtt, _longestRttSince) = (_longestRtt, 0, now);
        }

        _longestRtt = Math.Max(_longestRtt, _roundMinRtt);
        var fullest = Math.Max(_longestRtt, _longestRttBefore) - _minRtt;
        return _roundMinRtt - _minRtt > Math.Max(Math.Max(_minRtt / QueueDivisor, LeastQueue), fullest / FullQueueDivisor);
    }

    /// <summary>A round with too much loss bounds the rate and the volume to what got through, until the next probe.</summary>
    private void AdaptToLosses()
    {
        if (!_lossRoundStarts || !_roundIsCongested || IsProbingForBandwidth)
        {
            return;
        }

        var bandwidth = _bandwidthShortTerm == Unlimited ? MaxBandwidth : _bandwidthShortTerm;
        var inflight = _inflightShortTerm == Unlimited ? Window : _inflightShortTerm;
        _bandwidthShortTerm = Math.Max(_bandwidthLatest, (long)(bandwidth * Beta));
        _inflightShortTerm = Math.Max(_inflightLatest, (long)(inflight * Beta));
    }

    private void BeginLossRound(in AckSample sample)
    {
        _bandwidthLatest = sample.DeliveryRate;
        _inflightLatest = sample.Delivered - sample.DeliveredThen;
    }

    private void ResetLossSignals()
    {
        _roundLost = 0;
        _roundLossEvents = 0;
        _bandwidthLatest = 0;
        _inflightLatest = 0;
    }

    private void ResetShortTermBounds()
    {
        _bandwidthShortTerm = Unlimited;
        _inflightShortTerm = Unlimited;
    }
}
