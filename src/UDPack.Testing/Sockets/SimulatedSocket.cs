using System.Buffers;
using System.Net;
using UDPack.Protocol;
using UDPack.Sockets;
using UDPack.Testing.Driving;

namespace UDPack.Testing.Sockets;

/// <summary>A socket in memory. Its loop is turned by the network's driver, which is also what fills the inbox.</summary>
internal sealed class SimulatedSocket(SimulatedNetwork network, IPEndPoint local) : IDatagramSocket
{
    private readonly Queue<Arrival> _inbox = new();

    public IPEndPoint LocalEndPoint { get; } = local;

    /// <summary>As whom others see it over IPv4; the address book guards it.</summary>
    public PeerAddress? PublicIPv4 { get; set; }

    /// <summary>As whom others see it over IPv6; the address book guards it.</summary>
    public PeerAddress? PublicIPv6 { get; set; }

    /// <summary>Peers that reached it, bound to any address, at another address than its own: they are answered from there.</summary>
    public Dictionary<PeerAddress, PeerAddress> ReachedAs { get; } = [];

    public DrivenLoop? Owner { get; set; }

    public bool TryReceive(Span<byte> buffer, out int length, out PeerAddress from)
    {
        if (!_inbox.TryDequeue(out var arrival))
        {
            length = 0;
            from = default;
            return false;
        }

        (length, from) = (arrival.Length, arrival.From);
        arrival.Buffer.AsSpan(0, length).CopyTo(buffer);
        ArrayPool<byte>.Shared.Return(arrival.Buffer);
        return true;
    }

    public bool Send(ReadOnlySpan<byte> datagrams, int segmentSize, in PeerAddress to)
    {
        var all = true;
        for (; !datagrams.IsEmpty; datagrams = datagrams[Math.Min(segmentSize, datagrams.Length)..])
        {
            all &= network.Carry(this, datagrams[..Math.Min(segmentSize, datagrams.Length)], to);
        }

        return all;
    }

    public void Wait(long timeoutMicros) =>
        throw new InvalidOperationException("A loop on a simulated network is turned by the network; it never waits.");

    public void Wake() => network.OnWake(this);

    public void Dispose()
    {
        network.Unbind(this);
        while (_inbox.TryDequeue(out var arrival))
        {
            ArrayPool<byte>.Shared.Return(arrival.Buffer);
        }
    }

    public void Arrive(in Arrival arrival)
    {
        _inbox.Enqueue(arrival);
        if (Owner is not null)
        {
            network.OnWake(this);
        }
    }
}
