using UDPack.Benchmarks.Processes;

namespace UDPack.Benchmarks.Measurements;

/// <summary>A server and its client, in a process and on a core each.</summary>
internal sealed class PeerPair : IDisposable
{
    private PeerPair(string kind, ChildProcess server, ChildProcess client)
    {
        Kind = kind;
        Server = server;
        Client = client;
    }

    public string Kind { get; }

    public ChildProcess Server { get; }

    public ChildProcess Client { get; }

    public static PeerPair Start(string kind)
    {
        var server = ChildProcess.Start(Cores.Server, "server", kind);
        return new PeerPair(kind, server, ChildProcess.Start(Cores.Client, "client", kind, server.Greeting[0], server.Greeting[1]));
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
