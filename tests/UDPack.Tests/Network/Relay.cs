using System.Net;
using System.Net.Sockets;

namespace UDPack.Tests.Network;

/// <summary>What a relay does with one datagram.</summary>
internal enum Fate
{
    Pass,
    Drop,
    Twice,

    /// <summary>Sent after the next datagram of its direction.</summary>
    Later,
}

/// <summary>
/// A UDP relay between one client and a server, which drops, repeats and reorders as it is told, so that every run sees the same
/// pattern of trouble.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly Socket _front = Bound();
    private readonly Socket _back = Bound();
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<bool, int, ReadOnlyMemory<byte>, Fate> _judge;
    private readonly Task _running;
    private volatile EndPoint _server;
    private volatile EndPoint? _client;
    private volatile bool _isBlackHole;

    /// <param name="server">Where the client's datagrams go.</param>
    /// <param name="judge">Decides about a datagram: whether it goes to the server, its number in its direction from 0, its bytes.</param>
    public Relay(EndPoint server, Func<bool, int, ReadOnlyMemory<byte>, Fate>? judge = null)
    {
        _server = server;
        _judge = judge ?? ((_, _, _) => Fate.Pass);
        _running = Task.WhenAll(
            PumpAsync(_front, toServer: true),
            PumpAsync(_back, toServer: false));
    }

    /// <summary>What clients connect to.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_front.LocalEndPoint!;

    /// <summary>Lets everything vanish from here on.</summary>
    public bool IsBlackHole
    {
        get => _isBlackHole;
        set => _isBlackHole = value;
    }

    /// <summary>Marks all datagrams from here on as a router with a long queue does (ECN, "congestion experienced").</summary>
    public void MarkCongestion()
    {
        const int congestionExperienced = 3;
        _front.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, congestionExperienced);
        _back.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, congestionExperienced);
    }

    /// <summary>Another server takes over the address, as after a restart.</summary>
    public void ReplaceServer(EndPoint server) => _server = server;

    public static Func<bool, int, ReadOnlyMemory<byte>, Fate> Lossy(int seed, int percent) =>
        (toServer, number, _) => new Random(HashCodeOf(seed, toServer, number)).Next(100) < percent ? Fate.Drop : Fate.Pass;

    public static Func<bool, int, ReadOnlyMemory<byte>, Fate> Rough(int seed) =>
        (toServer, number, _) => new Random(HashCodeOf(seed, toServer, number)).Next(10) switch
        {
            0 => Fate.Drop,
            1 or 2 => Fate.Twice,
            3 or 4 => Fate.Later,
            _ => Fate.Pass,
        };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _front.Dispose();
        _back.Dispose();
        _stop.Dispose();
    }

    private static int HashCodeOf(int seed, bool toServer, int number) => unchecked((((seed * 31) + (toServer ? 1 : 0)) * 1_000_003) + (number * 7919));

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 * 1024 * 1024 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private async Task PumpAsync(Socket from, bool toServer)
    {
        var buffer = new byte[65_535];
        var number = 0;
        byte[]? held = null;
        while (true)
        {
            SocketReceiveFromResult received;
            try
            {
                received = await from.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (toServer)
            {
                _client = received.RemoteEndPoint;
            }

            if (_isBlackHole)
            {
                continue;
            }

            var datagram = buffer.AsMemory(0, received.ReceivedBytes);
            var fate = _judge(toServer, number++, datagram);
            if (fate == Fate.Later && held is null)
            {
                held = datagram.ToArray();
                continue;
            }

            for (var copies = fate switch { Fate.Drop => 0, Fate.Twice => 2, _ => 1 }; copies > 0; copies--)
            {
                Forward(datagram.Span, toServer);
            }

            if (held is not null)
            {
                Forward(held, toServer);
                held = null;
            }
        }
    }

    private void Forward(ReadOnlySpan<byte> datagram, bool toServer)
    {
        if (toServer)
        {
            _back.SendTo(datagram, SocketFlags.None, _server);
        }
        else if (_client is { } client)
        {
            _front.SendTo(datagram, SocketFlags.None, client);
        }
    }
}
