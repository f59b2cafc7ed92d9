using UDPack.Protocol;

namespace UDPack.Testing.Driving;

/// <summary>A datagram on its way, in a buffer from the shared pool.</summary>
internal readonly record struct Arrival(PeerAddress From, PeerAddress To, byte[] Buffer, int Length, SimulatedLink Link)
{
    /// <summary>Which of its addresses the receiver was reached at; known when it arrives.</summary>
    public PeerAddress Local { get; init; }
}
