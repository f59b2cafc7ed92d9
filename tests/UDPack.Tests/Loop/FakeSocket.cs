using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using UDPack.Protocol;
using UDPack.Sockets;

namespace UDPack.Tests.Loop;

/// <summary>A socket in memory that records what the loop does with it.</summary>
internal sealed class FakeSocket(Action<string>? log = null) : IDatagramSocket
{
    private readonly ConcurrentQueue<byte[]> _arrived = new();
    private readonly SemaphoreSlim _signal = new(0);
    private int _wakes;

    public IPEndPoint LocalEndPoint { get; } = new(IPAddress.Loopback, 1);

    public bool MayFragment => false;

    public int Wakes => Volatile.Read(ref _wakes);

    /// <summary>How many datagrams the system still has room for.</summary>
    public int Room { get; set; } = int.MaxValue;

    public bool IsFull { get; private set; }

    /// <summary>Reports of unreachable addresses that wait.</summary>
    public int Reports { get; set; }

    /// <summary>The first byte of each datagram that went.</summary>
    public List<byte> Sent { get; } = [];

    public bool IsDisposed { get; private set; }

    /// <summary>The time limits of the waits, as they began.</summary>
    public Channel<long> Waits { get; } = Channel.CreateUnbounded<long>();

    public void Arrive(byte[] datagram)
    {
        _arrived.Enqueue(datagram);
        _signal.Release();
    }

    public bool TryReceive(Span<byte> buffer, out int length, out NetworkPath path)
    {
        path = default;
        length = 0;
        if (!_arrived.TryDequeue(out var datagram))
        {
            return false;
        }

        datagram.CopyTo(buffer);
        length = datagram.Length;
        return true;
    }

    public bool Send(ReadOnlySpan<byte> datagrams, int segmentSize, in NetworkPath path)
    {
        log?.Invoke("send");
        IsFull = Room == 0;
        if (!IsFull)
        {
            Room--;
            Sent.Add(datagrams[0]);
        }

        return !IsFull;
    }

    public bool TryTakeUnreachable(out PeerAddress address)
    {
        address = Reports % 2 == 0 ? default : PeerAddress.FromIPv4(0x7F00_0001, (ushort)Reports);
        return Reports-- > 0 || (Reports = 0) > 0;
    }

    public void Wait(long timeoutMicros)
    {
        log?.Invoke("wait");
        Waits.Writer.TryWrite(timeoutMicros);
        _signal.Wait();
    }

    public void Wake()
    {
        Interlocked.Increment(ref _wakes);
        _signal.Release();
    }

    public void Dispose() => IsDisposed = true;
}
