namespace UDPack.Protocol.Recovery;

/// <summary>
/// Recognises that everything sent over a long time was lost (RFC 9002 §7.6). Sees the fate of datagrams in the order they
/// were sent; one that was acknowledged ends a run of losses.
/// </summary>
internal struct PersistentCongestion
{
    /// <summary>RFC 9002 §7.6.1.</summary>
    private const int Threshold = 3;

    private long _firstRttSampleAt = long.MaxValue;
    private long _runStart = long.MaxValue;

    public PersistentCongestion()
    {
    }

    public void OnRttSample(long now) => _firstRttSampleAt = Math.Min(_firstRttSampleAt, now);

    public void OnAcknowledged() => _runStart = long.MaxValue;

    /// <summary>True if with this one the run is long enough.</summary>
    public bool OnLost(long sentAt, long probeTimeout)
    {
        if (sentAt < _firstRttSampleAt)
        {
            return false;
        }

        _runStart = Math.Min(_runStart, sentAt);
        return sentAt - _runStart > probeTimeout * Threshold;
    }
}
