namespace UDPack.Protocol.Tests.Simulation;

/// <summary>One datagram on its way.</summary>
internal sealed record InFlight(long ArrivesAt, long Order, bool ToServer, PeerAddress From, byte[] Content);

/// <summary>How a link treats datagrams. Times in microseconds.</summary>
internal sealed record LinkConditions
{
    public long Delay { get; init; } = 10_000;

    public long Jitter { get; init; }

    public double Loss { get; init; }

    public double Duplicate { get; init; }

    public double Corrupt { get; init; }
}
