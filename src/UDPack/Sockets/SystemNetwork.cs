using System.Net;
using System.Net.Sockets;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Sockets.Linux;

namespace UDPack.Sockets;

/// <summary>The operating system's network: each loop has a thread of its own.</summary>
internal sealed class SystemNetwork : UdpackNetwork
{
    public override TimeProvider TimeProvider => TimeProvider.System;

    internal override Entropy Entropy => SystemEntropy.Instance;

    internal override bool OwnsTime => false;

    internal override IDatagramSocket Bind(IPEndPoint local, int receiveBufferBytes) => LinuxDatagramSocket.IsSupported
        ? new LinuxDatagramSocket(local, receiveBufferBytes)
        : new PortableDatagramSocket(local, receiveBufferBytes);

    internal override void Drive(EventLoop loop) => loop.Start();

    internal override void Queue<T>(Action<T> work, T state) => ThreadPool.UnsafeQueueUserWorkItem(work, state, preferLocal: false);

    internal override Task<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken) =>
        Dns.GetHostAddressesAsync(host, family, cancellationToken);
}
