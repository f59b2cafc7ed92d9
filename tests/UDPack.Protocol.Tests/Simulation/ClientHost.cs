using UDPack.Testing;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>A machine with a client on it: an endpoint, where it is, and the links that join it to the server.</summary>
internal sealed class ClientHost(ClientEndpoint endpoint, PeerAddress address, LinkConditions toServer, LinkConditions toClient, long seed)
{
    public ClientEndpoint Endpoint { get; } = endpoint;

    /// <summary>Where its datagrams come from now, and the only place where it is reached.</summary>
    public PeerAddress Address { get; set; } = address;

    /// <summary>
    /// To which of the server's addresses its datagrams are led. What leaves from there reaches the client as if it came from where it
    /// sends to, as a load balancer has it; what leaves from another address comes from that one.
    /// </summary>
    public PeerAddress ReachedAt { get; set; } = Pair.ServerLocal;

    public SimulatedLink ToServer { get; } = new(toServer.ToLink(), seed);

    public SimulatedLink ToClient { get; } = new(toClient.ToLink(), ~seed);
}
