namespace UDPack.Protocol.Recovery;

/// <summary>Round-trip time as RFC 9002 §5 estimates it. Microseconds.</summary>
internal struct RttEstimator
{
    /// <summary>RFC 9002 §6.2.2: what is assumed before the first sample.</summary>
    public const long InitialRtt = 333_000;

    /// <summary>RFC 9002 §6.1.2: the granularity timers are assumed to have.</summary>
    public const long Granularity = 1_000;

    private bool _minIsStale;

    public RttEstimator()
    {
        Smoothed = InitialRtt;
        Variance = InitialRtt / 2;
    }

    public long Smoothed { get; private set; }

    public long Variance { get; private set; }

    public long Min { get; private set; }

    public long Latest { get; private set; }

    public readonly bool HasSample => Latest != 0;

    /// <summary>Takes a sample.</summary>
    /// <param name="sample">From sending the largest newly acknowledged datagram to its ack.</param>
    /// <param name="ackDelay">How long the peer says it held the ack, already limited to its largest ack delay.</param>
    public void Update(long sample, long ackDelay)
    {
        sample = Math.Max(sample, 1);
        if (!HasSample)
        {
            Latest = Min = Smoothed = sample;
            Variance = sample / 2;
            return;
        }

        Latest = sample;
        Min = _minIsStale ? sample : Math.Min(Min, sample);
        _minIsStale = false;

        // An ack delay that would bring the sample below the smallest round trip is not believed (§5.3).
        var adjusted = sample >= Min + ackDelay ? sample - ackDelay : sample;
        Variance = ((3 * Variance) + Math.Abs(Smoothed - adjusted)) / 4;
        Smoothed = ((7 * Smoothed) + adjusted) / 8;
    }

    /// <summary>The next sample becomes the smallest: after persistent congestion the path may be another one (§5.2).</summary>
    public void RenewMin() => _minIsStale = true;

    /// <summary>RFC 9002 §6.2.1, without backoff.</summary>
    public readonly long ProbeTimeout(long maxAckDelay) => Smoothed + Math.Max(4 * Variance, Granularity) + maxAckDelay;
}
