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

    // The host's own addresses: what it was bound as, whatever a NAT before it shows to others by now.
    private PeerAddress? _ownIPv4;
    private PeerAddress? _ownIPv6;

    public IPEndPoint LocalEndPoint { get; } = local;

    public bool MayFragment => false;

    /// <summary>As whom others see it over IPv4; the address book guards it.</summary>
    public PeerAddress? PublicIPv4
    {
        get;
        set
        {
            field = value;
            _ownIPv4 ??= value;
        }
    }

    /// <summary>As whom others see it over IPv6; the address book guards it.</summary>
    public PeerAddress? PublicIPv6
    {
        get;
        set
        {
            field = value;
            _ownIPv6 ??= value;
        }
    }

    public DrivenLoop? Owner { get; set; }

    public bool TryReceive(Span<byte> buffer, out int length, out NetworkPath path)
    {
        if (!_inbox.TryDequeue(out var arrival))
        {
            length = 0;
            path = default;
            return false;
        }

        length = arrival.Length;
        path = new NetworkPath(arrival.Local, arrival.From);
        arrival.Buffer.AsSpan(0, length).CopyTo(buffer);
        ArrayPool<byte>.Shared.Return(arrival.Buffer);
        return true;
    }

    public bool Send(ReadOnlySpan<byte> datagrams, int segmentSize, in NetworkPath path)
    {
        var all = true;
        for (; !datagrams.IsEmpty; datagrams = datagrams[Math.Min(segmentSize, datagrams.Length)..])
        {
            all &= network.Carry(this, datagrams[..Math.Min(segmentSize, datagrams.Length)], path);
        }

        return all;
    }

    /// <summary>
    /// As whom others see what it sends on a path: from the address that the sender chose, or else from the host's first one, as a
    /// system does it; null if it has none of that family. The address book guards it.
    /// </summary>
    public PeerAddress? SourceFor(in NetworkPath path) =>
        path.Local == default ? (path.Remote.IsIPv4 ? PublicIPv4 : PublicIPv6)
        : path.Local == WithoutPort(_ownIPv4) ? PublicIPv4
        : path.Local == WithoutPort(_ownIPv6) ? PublicIPv6
        : path.Local with { Port = (ushort)LocalEndPoint.Port };

    /// <summary>Which of the host's addresses is meant by one that others see. The address book guards it.</summary>
    public PeerAddress LocalFor(in PeerAddress to) => WithoutPort(to == PublicIPv4 ? _ownIPv4 : to == PublicIPv6 ? _ownIPv6 : to);

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

    private static PeerAddress WithoutPort(in PeerAddress? address) => (address ?? default) with { Port = 0 };
}
