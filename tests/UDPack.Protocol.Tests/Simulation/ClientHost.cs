using UDPack.Testing;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>A machine with a client on it: an endpoint, where it is, and the links that join it to the server.</summary>
internal sealed class ClientHost(ClientEndpoint endpoint, PeerAddress address, LinkConditions toServer, LinkConditions toClient, long seed)
{
    public ClientEndpoint Endpoint { get; } = endpoint;

    /// <summary>Where its datagrams come from now, and the only place where it is reached.</summary>
    public PeerAddress Address { get; set; } = address;

    public SimulatedLink ToServer { get; } = new(toServer.ToLink(), seed);

    public SimulatedLink ToClient { get; } = new(toClient.ToLink(), ~seed);
}
