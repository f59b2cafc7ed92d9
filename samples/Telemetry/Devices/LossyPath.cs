using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using UDPack;

namespace Telemetry.Devices;

/// <summary>A path to the server that loses datagrams both ways: sockets between the client's and the server's.</summary>
internal sealed class LossyPath : IDisposable
{
    private const int LargestDatagram = 65_535;

    private readonly Socket _near = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _far;
    private readonly IPEndPoint _server;
    private readonly double _loss;
    private volatile EndPoint? _client;

    public LossyPath(UdpackClientOptions client, IOptions<DeviceOptions> devices)
    {
        var server = client.RemoteEndPoint as IPEndPoint ?? throw new InvalidOperationException("A path with loss leads to an IP address, not to a name.");
        _server = server;
        _loss = devices.Value.Loss;
        _near.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _far = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _far.Bind(new IPEndPoint(server.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0));
        EndPoint = (IPEndPoint)_near.LocalEndPoint!;
        _ = CarryAsync(_near, new IPEndPoint(IPAddress.Any, 0), from =>
        {
            _client = from;
            return (_far, _server);
        });
        _ = CarryAsync(_far, (IPEndPoint)_far.LocalEndPoint!, _ => (_near, _client!));
    }

    /// <summary>What the client connects to instead of the server.</summary>
    public IPEndPoint EndPoint { get; }

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
    }

    private async Task CarryAsync(Socket from, IPEndPoint any, Func<EndPoint, (Socket Socket, EndPoint To)> next)
    {
        var random = new Random(1);
        var buffer = GC.AllocateArray<byte>(LargestDatagram, pinned: true);
        while (true)
        {
            try
            {
                var received = await from.ReceiveFromAsync(buffer, any);
                var (socket, to) = next(received.RemoteEndPoint);
                if (random.NextDouble() >= _loss)
                {
                    await socket.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), to);
                }
            }
            catch (SocketException)
            {
                // Such as "port unreachable" while the server restarts: one more datagram that is lost.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }
}
