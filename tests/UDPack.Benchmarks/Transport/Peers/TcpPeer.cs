using System.Net;
using System.Net.Sockets;

namespace UDPack.Benchmarks.Transport.Peers;

/// <summary>Plain TCP without Nagle's delay, all channels framed into one connection.</summary>
internal class TcpPeer(string name, string congestion) : TransportPeer(name)
{
    public override string? FindObstacle() => TcpOptions.FindObstacle(congestion);

    public override (int Port, string Key) Listen(IPAddress address, Func<IMessageConnection, MessageHandler> accept)
    {
        var listener = TcpOptions.CreateSocket();
        TcpOptions.SetCongestion(listener, congestion);
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen(64);
        _ = AcceptAsync(listener, accept);
        return (((IPEndPoint)listener.LocalEndPoint!).Port, "-");
    }

    public override async Task<IMessageConnection> ConnectAsync(IPEndPoint server, string key, bool mixed, MessageHandler handler)
    {
        var socket = TcpOptions.CreateSocket();
        TcpOptions.SetCongestion(socket, congestion);
        await socket.ConnectAsync(server);
        if (mixed)
        {
            TcpOptions.LimitUnsent(socket);
        }

        var connection = new FramedConnection(socket, await SecureClientAsync(new NetworkStream(socket)));
        _ = connection.ReadAsync(handler);
        return connection;
    }

    protected virtual ValueTask<Stream> SecureClientAsync(Stream transport) => new(transport);

    protected virtual ValueTask<Stream> SecureServerAsync(Stream transport) => new(transport);

    private async Task AcceptAsync(Socket listener, Func<IMessageConnection, MessageHandler> accept)
    {
        while (true)
        {
            _ = ServeAsync(await listener.AcceptAsync(), accept);
        }
    }

    private async Task ServeAsync(Socket socket, Func<IMessageConnection, MessageHandler> accept)
    {
        socket.NoDelay = true;
        await using var connection = new FramedConnection(socket, await SecureServerAsync(new NetworkStream(socket)));
        await connection.ReadAsync(accept(connection));
    }
}
