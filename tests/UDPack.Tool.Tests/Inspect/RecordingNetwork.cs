using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Sockets;

namespace UDPack.Tool.Tests.Inspect;

/// <summary>The system's network on loopback, that keeps every datagram sent: a capture without the right to capture.</summary>
internal sealed class RecordingNetwork : UdpackNetwork
{
    public ConcurrentQueue<RecordedDatagram> Sent { get; } = [];

    public override TimeProvider TimeProvider => System.TimeProvider;

    internal override Entropy Entropy => System.Entropy;

    internal override bool OwnsTime => false;

    internal override IDatagramSocket Bind(IPEndPoint local, int receiveBufferBytes) =>
        new RecordingSocket(System.Bind(local, receiveBufferBytes), Sent);

    internal override void Drive(EventLoop loop) => System.Drive(loop);

    internal override void Queue<T>(Action<T> work, T state) => System.Queue(work, state);

    internal override Task<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken) =>
        System.ResolveAsync(host, family, cancellationToken);

    private sealed class RecordingSocket(IDatagramSocket inner, ConcurrentQueue<RecordedDatagram> sent) : IDatagramSocket
    {
        public IPEndPoint LocalEndPoint => inner.LocalEndPoint;

        public bool MayFragment => inner.MayFragment;

        public bool TryReceive(Span<byte> buffer, out int length, out NetworkPath path) => inner.TryReceive(buffer, out length, out path);

        public bool Send(ReadOnlySpan<byte> datagrams, int segmentSize, in NetworkPath path)
        {
            var from = new IPEndPoint(IPAddress.Loopback, LocalEndPoint.Port);
            for (var rest = datagrams; !rest.IsEmpty; rest = rest[Math.Min(segmentSize, rest.Length)..])
            {
                sent.Enqueue(new RecordedDatagram(from, SocketAddresses.ToEndPoint(path.Remote), rest[..Math.Min(segmentSize, rest.Length)].ToArray()));
            }

            return inner.Send(datagrams, segmentSize, path);
        }

        public void Wait(long timeoutMicros) => inner.Wait(timeoutMicros);

        public void Wake() => inner.Wake();

        public void Dispose() => inner.Dispose();
    }
}
