namespace UDPack.Protocol.Congestion;

/// <summary>
/// The share of datagrams a path loses whatever is sent, from rounds in which no queue stood and the sender did not probe
/// a path it knows, and from any round that lost less than that. Old rounds fade. Loss beyond a tenth is never put down to the path.
/// </summary>
internal struct LossFloor
{
    private const double Most = 0.1;

    /// <summary>The draft's threshold, on top of the floor.</summary>
    private const double Threshold = 0.02;

    /// <summary>How many standard deviations of what chance loses are forgiven.</summary>
    private const double Deviations = 3;

    /// <summary>What is remembered, in datagrams: enough to tell 1 % from 2 %.</summary>
    private const double Memory = 2000;

    private double _lost;
    private double _sent;

    public readonly double Share => _sent < 1 ? 0 : Math.Min(_lost / _sent, Most);

    /// <summary>Takes the datagrams lost and sent in a round.</summary>
    public void OnRound(double lost, double sent, bool isQuiet)
    {
        if (sent < 1 || (!isQuiet && lost >= Share * sent))
        {
            return;
        }

        _lost += lost;
        _sent += sent;
        if (_sent > Memory)
        {
            _lost *= Memory / _sent;
            _sent = Memory;
        }
    }

    /// <summary>How many of so many datagrams may be lost before it means congestion.</summary>
    public readonly double Tolerated(double sent)
    {
        var share = Share;
        return (sent * (share + Threshold)) + (Deviations * Math.Sqrt(sent * share));
    }
}
