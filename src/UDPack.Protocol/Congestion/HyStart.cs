namespace UDPack.Protocol.Congestion;

/// <summary>
/// Ends slow start before the queue overflows (RFC 9406): a round trip that grows from one round to the next leads to
/// conservative slow start, and to congestion avoidance if it stays so. Microseconds.
/// </summary>
internal struct HyStart
{
    private const long LeastRise = 4_000;
    private const long MostRise = 16_000;
    private const int RiseDivisor = 8;
    private const int SamplesPerRound = 8;
    private const int ConservativeRounds = 5;

    private long _roundEnd;
    private long _lastRoundMin;
    private long _roundMin;
    private long _baseline;
    private int _samples;
    private int _conservativeRounds;

    public HyStart()
    {
        _lastRoundMin = _roundMin = _baseline = long.MaxValue;
    }

    /// <summary>How much slower than in slow start the window now grows.</summary>
    public readonly int GrowthDivisor => IsConservative ? 4 : 1;

    public readonly bool IsConservative => _baseline != long.MaxValue;

    /// <summary>True if slow start is over.</summary>
    public bool OnAcknowledged(in AckSample sample)
    {
        if (sample.DeliveredThen >= _roundEnd)
        {
            _roundEnd = sample.Delivered;
            _lastRoundMin = _roundMin;
            _roundMin = long.MaxValue;
            _samples = 0;
            if (IsConservative && ++_conservativeRounds > ConservativeRounds)
            {
                return true;
            }
        }

        if (sample.Rtt == 0)
        {
            return false;
        }

        _roundMin = Math.Min(_roundMin, sample.Rtt);
        if (++_samples < SamplesPerRound)
        {
            return false;
        }

        if (IsConservative)
        {
            // The rise was a passing one: back to slow start.
            _baseline = _roundMin < _baseline ? long.MaxValue : _baseline;
        }
        else if (_lastRoundMin != long.MaxValue
            && _roundMin >= _lastRoundMin + Math.Clamp(_lastRoundMin / RiseDivisor, LeastRise, MostRise))
        {
            _baseline = _roundMin;
            _conservativeRounds = 0;
        }

        return false;
    }
}
