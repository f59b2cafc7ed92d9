using UDPack.Benchmarks.Processes;
using UDPack.Benchmarks.Transport.Places;

namespace UDPack.Benchmarks.Transport.Measurements;

/// <summary>Server and client of one peer in their places, in a process and on a core each.</summary>
internal sealed class TransportPair : IDisposable
{
    private TransportPair(ChildProcess server, ChildProcess client)
    {
        Server = server;
        Client = client;
    }

    public ChildProcess Server { get; }

    public ChildProcess Client { get; }

    public static TransportPair Start(string peer, Place place)
    {
        var server = ChildProcess.StartUnder(place.ServerLauncher, Cores.Server, "transport-server", peer, place.ServerAddress);
        return new TransportPair(server, ChildProcess.StartUnder(
            place.ClientLauncher, Cores.Client, "transport-client", peer, place.ServerAddress, server.Greeting[0], server.Greeting[1]));
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
