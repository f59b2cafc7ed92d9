namespace UDPack.Protocol.Tests.Simulation;

/// <summary>For tests that do not care where a datagram arrives.</summary>
internal static class EndpointExtensions
{
    public static void OnDatagram(this Endpoint endpoint, long now, in PeerAddress from, Span<byte> datagram) =>
        endpoint.OnDatagram(now, new NetworkPath(default, from), datagram);
}
