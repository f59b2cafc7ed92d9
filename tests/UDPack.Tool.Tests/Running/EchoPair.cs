using System.Net;
using UDPack.Tool.Connections;
using UDPack.Tool.Serve;

namespace UDPack.Tool.Tests.Running;

/// <summary>An echo server in this process.</summary>
internal sealed class EchoPair : IAsyncDisposable
{
    private readonly StringWriter _output = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public EchoPair(ToolFolder folder, bool streams = true, bool verbose = false, bool json = false)
    {
        Server = new EchoServer(
            new ServeOptions { Binding = Binding(folder), Streams = streams, Verbose = verbose },
            ServeLog.To(_output, json, verbose));
        Folder = folder;
        _serving = Server.RunAsync(_stop.Token);
    }

    public ToolFolder Folder { get; }

    public EchoServer Server { get; }

    public static SharedSettings Shared => new() { Token = "secret"u8.ToArray() };

    public static ServerBinding Binding(ToolFolder folder) =>
        new() { Listen = new IPEndPoint(IPAddress.Loopback, 0), Key = folder.Key, Shared = Shared };

    public static ClientConnection Connection(ToolFolder folder, EndPoint server) =>
        new() { Server = server, ServerPublicKey = folder.Key.PublicKey, Shared = Shared };

    public async Task<UdpackSession> ConnectAsync() =>
        await UdpackClient.ConnectAsync(ConnectionOptions.Of(Connection(Folder, Server.LocalEndPoint))).AsTask().WaitAsync(ToolFolder.Patience);

    /// <summary>Stops as Ctrl-C does.</summary>
    /// <returns>What the server wrote.</returns>
    public async Task<string[]> StopAsync()
    {
        await _stop.CancelAsync();
        await _serving.WaitAsync(ToolFolder.Patience);
        return _output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Server.DisposeAsync();
        _stop.Dispose();
    }
}
