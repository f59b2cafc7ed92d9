using System.Net;
using System.Net.Sockets;
using UDPack.Protocol;

namespace UDPack.Sockets;

/// <summary>
/// <see cref="IDatagramSocket"/> over the platform's socket, with blocking calls and reused address objects: that costs less
/// than half of the asynchronous forms, and allocates nothing.
/// </summary>
internal sealed class PortableDatagramSocket : IDatagramSocket
{
    private const int SioUdpConnectionReset = -1744830452;
    private const int MaxWaitMicros = 60_000_000;

    private readonly Socket _socket;
    private readonly SocketAddress _from;
    private readonly SocketAddress _to;
    private readonly SocketAddress _self;
    private readonly PeerAddress _selfAddress;
    private PeerAddress _lastTo;

    // A wait that ended with a datagram: asking again would be a system call more for each, a third of all that wait.
    private bool _isReadable;

    public PortableDatagramSocket(IPEndPoint local, int receiveBufferBytes)
    {
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            Configure(local, receiveBufferBytes);
            _socket.Bind(local);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _from = new SocketAddress(local.AddressFamily);
        _to = new SocketAddress(local.AddressFamily);
        _self = WakeTarget(LocalEndPoint).Serialize();
        _selfAddress = SocketAddresses.Read(_self);
    }

    public IPEndPoint LocalEndPoint { get; }

    public bool TryReceive(Span<byte> buffer, out int length, out NetworkPath path)
    {
        // Asking first: a receive that finds nothing would block, or in non-blocking mode throw.
        length = -1;
        path = default;
        if (!_isReadable && !_socket.Poll(0, SelectMode.SelectRead))
        {
            return false;
        }

        _isReadable = false;

        try
        {
            length = _socket.ReceiveFrom(buffer, SocketFlags.None, _from);
            path = new NetworkPath(default, SocketAddresses.Read(_from));
            if (length == 0 && path.Remote == _selfAddress)
            {
                length = -1;
            }

            return true;
        }
        catch (SocketException)
        {
            // The datagram was damaged or an ICMP error took its place. There may be more behind it.
            return true;
        }
    }

    public bool Send(ReadOnlySpan<byte> datagrams, int segmentSize, in NetworkPath path)
    {
        if (path.Remote != _lastTo)
        {
            SocketAddresses.Write(path.Remote, _to);
            _lastTo = path.Remote;
        }

        var all = true;
        for (; !datagrams.IsEmpty; datagrams = datagrams[Math.Min(segmentSize, datagrams.Length)..])
        {
            try
            {
                _socket.SendTo(datagrams[..Math.Min(segmentSize, datagrams.Length)], SocketFlags.None, _to);
            }
            catch (SocketException)
            {
                // No route, a full queue, a firewall: to the protocol all of it is loss.
                all = false;
            }
        }

        return all;
    }

    public void Wait(long timeoutMicros)
    {
        // The system waits in whole milliseconds; rounded up, or the last fraction of each wait would be spent spinning.
        var micros = timeoutMicros < 0 ? -1 : (int)(Math.Min(timeoutMicros + 999, MaxWaitMicros) / 1000 * 1000);
        _isReadable = _socket.Poll(micros, SelectMode.SelectRead);
    }

    /// <summary>An empty datagram to itself: the one way to end a wait on a socket that works on every platform.</summary>
    public void Wake()
    {
        try
        {
            _socket.SendTo([], SocketFlags.None, _self);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // A full receive queue wakes the loop just as well, and a closed socket has no loop.
        }
    }

    public void Dispose() => _socket.Dispose();

    private static IPEndPoint WakeTarget(IPEndPoint bound)
    {
        var address = bound.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : bound.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : bound.Address;
        return new IPEndPoint(address, bound.Port);
    }

    private void Configure(IPEndPoint local, int receiveBufferBytes)
    {
        _socket.ReceiveBufferSize = receiveBufferBytes;

        // A datagram may vanish between "there is one" and taking it, when its checksum is wrong.
        _socket.ReceiveTimeout = 1;
        if (local.AddressFamily == AddressFamily.InterNetwork)
        {
            _socket.DontFragment = true;
        }
        else if (local.Address.Equals(IPAddress.IPv6Any))
        {
            _socket.DualMode = true;
        }

        if (OperatingSystem.IsWindows())
        {
            // Without it one unreachable peer makes the receive of everybody's datagrams fail.
            _socket.IOControl(SioUdpConnectionReset, [0, 0, 0, 0], null);
        }
    }
}
