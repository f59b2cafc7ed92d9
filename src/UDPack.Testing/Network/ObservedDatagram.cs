using System.Net;

namespace UDPack.Testing;

/// <summary>A datagram as the network saw it.</summary>
public sealed record ObservedDatagram
{
    /// <summary>Its number, from 0.</summary>
    public required long Number { get; init; }

    /// <summary>When this happened, since the network's start.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>Where it came from, as its receiver sees it.</summary>
    public required IPEndPoint From { get; init; }

    /// <summary>Where it was sent.</summary>
    public required IPEndPoint To { get; init; }

    /// <summary>What it carried, encrypted as it is; undamaged. A copy.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>What the link decided.</summary>
    public required DatagramFate Fate { get; init; }

    /// <summary>When it arrives, since the network's start; nothing, once or twice.</summary>
    public required IReadOnlyList<TimeSpan> Arrivals { get; init; }
}
