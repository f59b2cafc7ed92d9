namespace UDPack.Protocol.Congestion;

/// <summary>What is known of the path.</summary>
internal sealed partial class Bbr
{
    private const long MinRttPeriod = 10_000_000;
    private const double FullBandwidthGrowth = 1.25;
    private const int FullBandwidthRounds = 3;

    private long _nextRound;
    private bool _roundStarts;
    private int _roundsSinceProbe;

    // The highest rate of this probing cycle and of the one before.
    private long _maxBandwidth;
    private long _maxBandwidthBefore;

    private long _minRtt = Unlimited;
    private long _minRttAt;
    private AckAggregation _aggregation;

    private long _fullBandwidth;
    private int _fullBandwidthRounds;
    private bool _fullBandwidthNow;
    private bool _fullBandwidthReached;

    /// <summary>The highest rate that recently got through.</summary>
    private long MaxBandwidth => Math.Max(_maxBandwidth, _maxBandwidthBefore);

    /// <summary>The rate that is used: the highest, unless losses speak against it.</summary>
    private long Bandwidth => Math.Min(MaxBandwidth, _bandwidthShortTerm);

    private void UpdateRound(in AckSample sample)
    {
        _roundStarts = sample.DeliveredThen >= _nextRound;
        if (_roundStarts)
        {
            StartRound(sample.Delivered);
            _roundsSinceProbe++;
        }
    }

    private void StartRound(long delivered) => _nextRound = delivered;

    private void UpdateBandwidth(in AckSample sample)
    {
        var rate = sample.DeliveryRate;
        if (rate > 0 && (rate >= MaxBandwidth || !IsAppLimited(sample)))
        {
            _maxBandwidth = Math.Max(_maxBandwidth, rate);
        }
    }

    private void AdvanceBandwidthFilter()
    {
        if (_maxBandwidth != 0)
        {
            _maxBandwidthBefore = _maxBandwidth;
            _maxBandwidth = 0;
        }
    }

    /// <summary>What was sent while probing for the round trip says as little about the rate as what the application limited.</summary>
    private bool IsAppLimited(in AckSample sample) => sample.AppLimited || sample.DeliveredThen < _probeRttLimitedUntil;

    /// <summary>The path is full once the rate no longer rises though more is sent.</summary>
    private void CheckFullBandwidth(in AckSample sample)
    {
        if (_fullBandwidthNow || !_roundStarts || IsAppLimited(sample) || sample.Interval == 0)
        {
            return;
        }

        if (sample.DeliveryRate >= _fullBandwidth * FullBandwidthGrowth)
        {
            ResetFullBandwidth(sample.DeliveryRate);
            return;
        }

        if (!_fullBandwidthReached && !_roundHadQueue)
        {
            // Startup sends so much more than arrives that a full path has a queue, or loses. Without either something else is slow,
            // most often a program that is just being compiled.
            return;
        }

        _fullBandwidthRounds++;
        _fullBandwidthNow = _fullBandwidthRounds >= FullBandwidthRounds;
        _fullBandwidthReached |= _fullBandwidthNow;
    }

    private void ResetFullBandwidth(long rate)
    {
        _fullBandwidth = rate;
        _fullBandwidthRounds = 0;
        _fullBandwidthNow = false;
    }
}
