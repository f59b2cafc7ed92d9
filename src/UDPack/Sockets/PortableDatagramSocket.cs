using System.Net;
using System.Net.Sockets;
using UDPack.Protocol;

namespace UDPack.Sockets;

/// <summary>
/// <see cref="IDatagramSocket"/> over the platform's socket, with blocking calls and reused address objects: that costs less
/// than half of the asynchronous forms, and allocates nothing. .NET has no way to choose where a datagram leaves from: local ends stay
/// unknown, so that a socket bound to any address answers from the one that routing picks.
/// </summary>
internal sealed class PortableDatagramSocket : IDatagramSocket
{
    private const int SioUdpConnectionReset = -1744830452;
    private const int LongWaitMicros = 1_000_000;
    private const int ShortWaitMicros = 10_000;
    private const int FullWaitMicros = 1_000;

    private readonly Socket _socket;
    private readonly SocketAddress _from;
    private readonly SocketAddress _to;
    private readonly SocketAddress _self;
    private readonly PeerAddress _selfAddress;
    private PeerAddress _lastTo;

    // Set by who wakes, taken by the loop: the datagram only makes it quick.
    private int _wakeAsked;

    // The system does not deliver what the socket sends itself: no IPv6, loopback down, a packet filter.
    private bool _isDeafToItself;

    // A wait that ended with a datagram: asking again would be a system call more for each, a third of all that wait.
    private bool _isReadable;

    public PortableDatagramSocket(IPEndPoint local, int receiveBufferBytes)
    {
        _socket = BoundSocket.Open(local, receiveBufferBytes, out var mayFragment, Configure);
        MayFragment = mayFragment;
        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _from = new SocketAddress(local.AddressFamily);
        _to = new SocketAddress(local.AddressFamily);
        _self = WakeTarget(LocalEndPoint).Serialize();
        _selfAddress = SocketAddresses.Read(_self);
    }

    public IPEndPoint LocalEndPoint { get; }

    public bool MayFragment { get; }

    public bool IsFull { get; private set; }

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
        IsFull = false;
        for (var sent = 0; sent < datagrams.Length && !IsFull; sent += segmentSize)
        {
            try
            {
                _socket.SendTo(datagrams.Slice(sent, Math.Min(segmentSize, datagrams.Length - sent)), SocketFlags.None, _to);
            }
            catch (SocketException exception)
            {
                // No route, a firewall: to the protocol all of it is loss. So is what follows a datagram that went and finds no room.
                all = false;
                IsFull = sent == 0 && FoundNoRoom(exception.SocketErrorCode);
            }
        }

        return all;
    }

    /// <summary>
    /// In pieces, with a look after each at whether somebody asked for it to end: the wake-up's datagram may never come. Once one has not,
    /// the pieces are short. Waiting for reading and for writing at once would allocate: with a full send buffer it is one short piece.
    /// </summary>
    public void Wait(long timeoutMicros)
    {
        // The system waits in whole milliseconds; rounded up, or the last fraction of each wait would be spent spinning.
        var left = IsFull ? FullWaitMicros : timeoutMicros < 0 ? long.MaxValue : (timeoutMicros + 999) / 1000 * 1000;
        IsFull = false;
        while (Interlocked.Exchange(ref _wakeAsked, 0) == 0 && left > 0)
        {
            var piece = (int)Math.Min(left, _isDeafToItself ? ShortWaitMicros : LongWaitMicros);
            _isReadable = _socket.Poll(piece, SelectMode.SelectRead);
            if (_isReadable)
            {
                return;
            }

            left -= piece;
            _isDeafToItself |= Volatile.Read(ref _wakeAsked) != 0;
        }
    }

    /// <summary>An empty datagram to itself ends a wait at once, on every platform where it is delivered.</summary>
    public void Wake()
    {
        Volatile.Write(ref _wakeAsked, 1);
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

    /// <summary>Past the time limit of a send, with the numbers that systems have for it; or without a place in the interface's queue, which macOS says at once.</summary>
    private static bool FoundNoRoom(SocketError error) => error is SocketError.WouldBlock or SocketError.TimedOut or SocketError.NoBufferSpaceAvailable;

    private static IPEndPoint WakeTarget(IPEndPoint bound)
    {
        // A socket for both families: a machine without IPv6 has IPv4's loopback still.
        var address = bound.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : bound.Address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback.MapToIPv6()
            : bound.Address;
        return new IPEndPoint(address, bound.Port);
    }

    private static void Configure(Socket socket)
    {
        // A datagram may vanish between "there is one" and taking it, when its checksum is wrong.
        socket.ReceiveTimeout = 1;

        // The shortest there is: without non-blocking mode, in which a receive that finds nothing throws, a send waits while the buffer is full.
        socket.SendTimeout = 1;
        if (OperatingSystem.IsWindows())
        {
            // Without it one unreachable peer makes the receive of everybody's datagrams fail.
            socket.IOControl(SioUdpConnectionReset, [0, 0, 0, 0], null);
        }
    }
}
