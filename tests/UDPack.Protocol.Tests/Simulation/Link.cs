using UDPack.Testing;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>One datagram on its way.</summary>
/// <param name="ToServer">Which way.</param>
/// <param name="Path">As the server sees it: where it arrives or leaves, and the client's address.</param>
/// <param name="Content">Its bytes.</param>
internal readonly record struct InFlight(bool ToServer, NetworkPath Path, byte[] Content);

/// <summary>The conditions of a <see cref="SimulatedLink"/> in the protocol's microseconds. Jitter reorders: that is what tests want of it.</summary>
internal sealed record LinkConditions
{
    public long Delay { get; init; } = 10_000;

    public long Jitter { get; init; }

    public double Loss { get; init; }

    public GilbertElliott? Bursts { get; init; }

    public double Duplicate { get; init; }

    public double Corrupt { get; init; }

    public long? BitsPerSecond { get; init; }

    public long? QueueDelay { get; init; }

    public int? Mtu { get; init; }

    public bool Blackhole { get; init; }

    public UDPack.Testing.LinkConditions ToLink() => new()
    {
        Delay = TimeSpan.FromMicroseconds(Delay),
        Jitter = TimeSpan.FromMicroseconds(Jitter),
        Reorder = true,
        Loss = Loss,
        Bursts = Bursts,
        Duplicate = Duplicate,
        Corrupt = Corrupt,
        BitsPerSecond = BitsPerSecond,
        QueueDelay = QueueDelay is { } micros ? TimeSpan.FromMicroseconds(micros) : null,
        Mtu = Mtu,
        Blackhole = Blackhole,
    };
}
