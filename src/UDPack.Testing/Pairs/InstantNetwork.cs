using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Sockets;

namespace UDPack.Testing.Pairs;

/// <summary>Sockets in memory between which datagrams take no time, on real threads and a clock of the test's choice.</summary>
internal sealed class InstantNetwork(TimeProvider time) : UdpackNetwork
{
    private readonly ConcurrentDictionary<PeerAddress, InstantSocket> _sockets = new();
    private int _lastPort = 49_151;

    public override TimeProvider TimeProvider => time;

    internal override Entropy Entropy => SystemEntropy.Instance;

    internal override bool OwnsTime => false;

    internal override bool PoisonsPackets => true;

    internal override IDatagramSocket Bind(IPEndPoint local, int receiveBufferBytes)
    {
        var socket = new InstantSocket(this, new IPEndPoint(IPAddress.Loopback, local.Port == 0 ? Interlocked.Increment(ref _lastPort) : local.Port));
        return _sockets.TryAdd(socket.Address, socket) ? socket : throw new SocketException((int)SocketError.AddressAlreadyInUse);
    }

    internal override void Drive(EventLoop loop) => loop.Start();

    internal override void Queue<T>(Action<T> work, T state) => ThreadPool.UnsafeQueueUserWorkItem(work, state, preferLocal: false);

    internal override Task<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken) =>
        Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));

    /// <summary>Gives a datagram to the socket of its address, if there is one.</summary>
    internal void Carry(InstantSocket from, ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        if (_sockets.TryGetValue(to, out var socket))
        {
            socket.Arrive(datagram.ToArray(), from.Address);
        }
    }

    internal void Unbind(InstantSocket socket) => _sockets.TryRemove(socket.Address, out _);
}
