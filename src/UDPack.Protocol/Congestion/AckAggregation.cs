namespace UDPack.Protocol.Congestion;

/// <summary>
/// How much more than the delivery rate explains is acknowledged at a time: so much must be in flight besides, or the sender
/// runs dry while the path or the peer holds acks back. The highest value of the last ten rounds, kept in two halves.
/// </summary>
internal struct AckAggregation
{
    private const int RoundsPerHalf = 5;

    private long _intervalStart;
    private long _acknowledged;
    private long _largest;
    private long _largestBefore;
    private int _rounds;

    /// <summary>In bytes.</summary>
    public readonly long Extra => Math.Max(_largest, _largestBefore);

    public void Restart(long now)
    {
        _intervalStart = now;
        _acknowledged = 0;
    }

    public void OnAcknowledged(in AckSample sample, long bandwidth, long window, bool roundStarts)
    {
        if (roundStarts && ++_rounds >= RoundsPerHalf)
        {
            _rounds = 0;
            _largestBefore = _largest;
            _largest = 0;
        }

        var expected = (long)((double)bandwidth * (sample.Now - _intervalStart) / 1_000_000);
        if (_acknowledged <= expected)
        {
            Restart(sample.Now);
            expected = 0;
        }

        _acknowledged += sample.Bytes;
        _largest = Math.Max(_largest, Math.Min(_acknowledged - expected, window));
    }
}
