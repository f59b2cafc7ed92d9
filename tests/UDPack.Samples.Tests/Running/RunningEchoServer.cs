using System.Net;

namespace UDPack.Samples.Tests.Running;

/// <summary>One echo server for several tests.</summary>
public sealed class RunningEchoServer : IAsyncLifetime
{
    public const int MaxPacketBytes = 100_000;

    private Program? _server;

    internal EchoFolder Folder { get; } = new();

    internal IPEndPoint EndPoint { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _server = Folder.StartServer(port: 0, $"--Udpack:Server:Limits:MaxPacketBytes={MaxPacketBytes}");
        EndPoint = await EchoFolder.ListeningAsync(_server);
    }

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        Folder.Dispose();
    }
}
