using System.Collections.Concurrent;
using System.Net;
using UDPack.Protocol;
using UDPack.Sockets;

namespace UDPack.Testing.Pairs;

/// <summary>A socket of an <see cref="InstantNetwork"/>: an inbox that a loop waits for.</summary>
internal sealed class InstantSocket(InstantNetwork network, IPEndPoint local) : IDatagramSocket
{
    private const long LongestWaitMicros = 3_600_000_000;

    private readonly ConcurrentQueue<(byte[] Datagram, PeerAddress From)> _inbox = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private volatile bool _isDisposed;

    public IPEndPoint LocalEndPoint { get; } = local;

    public PeerAddress Address { get; } = SocketAddresses.FromEndPoint(local);

    public bool MayFragment => false;

    public bool TryReceive(Span<byte> buffer, out int length, out NetworkPath path)
    {
        if (!_inbox.TryDequeue(out var arrival))
        {
            length = 0;
            path = default;
            return false;
        }

        length = arrival.Datagram.Length;
        path = new NetworkPath(default, arrival.From);
        arrival.Datagram.CopyTo(buffer);
        return true;
    }

    public bool Send(ReadOnlySpan<byte> datagrams, int segmentSize, in NetworkPath path)
    {
        for (; !datagrams.IsEmpty; datagrams = datagrams[Math.Min(segmentSize, datagrams.Length)..])
        {
            network.Carry(this, datagrams[..Math.Min(segmentSize, datagrams.Length)], path.Remote);
        }

        return true;
    }

    public void Wait(long timeoutMicros)
    {
        if (!_inbox.IsEmpty)
        {
            return;
        }

        _wake.WaitOne(timeoutMicros < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMicroseconds(Math.Min(timeoutMicros, LongestWaitMicros)));
    }

    public void Wake()
    {
        try
        {
            _wake.Set();
        }
        catch (ObjectDisposedException)
        {
            // Its loop has just ended.
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        network.Unbind(this);
        _wake.Dispose();
    }

    public void Arrive(byte[] datagram, PeerAddress from)
    {
        if (!_isDisposed)
        {
            _inbox.Enqueue((datagram, from));
            Wake();
        }
    }
}
