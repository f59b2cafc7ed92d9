namespace UDPack.Protocol.Recovery;

/// <summary>
/// How much later datagrams may overtake one before it is declared lost. Begins with the thresholds of RFC 9002 §6.1 and
/// widens whenever a datagram declared lost arrives after all (in the manner of RFC 8985 §7.1), since on a path that
/// reorders every false loss would cost throughput. The time threshold bounds what a wide packet threshold can delay.
/// </summary>
internal struct ReorderingTolerance
{
    public const int InitialPackets = 3;
    public const int MostPackets = 1024;

    private const int InitialEighths = 9;
    private const int MostEighths = 16;

    /// <summary>So many loss episodes without a false one bring the thresholds back (RFC 8985 uses as many).</summary>
    private const int EpisodesToForget = 16;

    private int _eighths;
    private int _episodesLeft;
    private long _widenedAt;
    private long _episodeAt;

    public ReorderingTolerance()
    {
        Packets = InitialPackets;
        _eighths = InitialEighths;
        _widenedAt = _episodeAt = long.MinValue;
    }

    public int Packets { get; private set; }

    /// <summary>How long after its sending a datagram counts as lost, once a later one is acknowledged.</summary>
    public readonly long Delay(in RttEstimator rtt) =>
        Math.Max(Math.Max(rtt.Latest, rtt.Smoothed) * _eighths / 8, RttEstimator.Granularity);

    /// <param name="sentAt">When the newest datagram now lost was sent.</param>
    /// <param name="now">The time.</param>
    public void OnLost(long now, long sentAt)
    {
        if (_episodesLeft == 0 || sentAt <= _episodeAt)
        {
            return;
        }

        _episodeAt = now;
        if (--_episodesLeft == 0)
        {
            Packets = InitialPackets;
            _eighths = InitialEighths;
        }
    }

    /// <param name="now">The time.</param>
    /// <param name="sentAt">When the late datagram was sent.</param>
    /// <param name="overtakenBy">How far beyond it the largest acknowledged number lay.</param>
    /// <param name="rtt">The round trip.</param>
    public void OnSpurious(long now, long sentAt, ulong overtakenBy, in RttEstimator rtt)
    {
        _episodesLeft = EpisodesToForget;
        Packets = (int)Math.Clamp(overtakenBy + 1, (ulong)Packets, MostPackets);

        // One step for all late ones of a round trip.
        if (now - sentAt > Delay(rtt) && sentAt > _widenedAt)
        {
            _widenedAt = now;
            _eighths = Math.Min(_eighths + 1, MostEighths);
        }
    }
}
