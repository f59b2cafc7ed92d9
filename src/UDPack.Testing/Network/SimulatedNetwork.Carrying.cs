using System.Buffers;
using UDPack.Protocol;
using UDPack.Sockets;
using UDPack.Testing.Driving;
using UDPack.Testing.Sockets;

namespace UDPack.Testing;

public sealed partial class SimulatedNetwork
{
    private long _observed;

    /// <summary>Puts a datagram on its way. Called by the driver. False if the socket cannot send it.</summary>
    internal bool Carry(SimulatedSocket socket, ReadOnlySpan<byte> datagram, in NetworkPath path)
    {
        var to = path.Remote;
        PeerAddress from;
        LinkVerdict verdict;
        lock (_gate)
        {
            if (datagram.Length > MostUdpCarries || socket.SourceFor(path) is not { } source)
            {
                return false;
            }

            from = source;
            var link = _links.Get(from, to);
            verdict = link.Send(_agenda.Now, datagram.Length);
            if (verdict.Copies > 0)
            {
                Launch(datagram, new Arrival(from, to, [], datagram.Length, link), verdict.First);
            }

            if (verdict.Copies > 1)
            {
                Launch(datagram, new Arrival(from, to, [], datagram.Length, link), verdict.Second);
            }
        }

        if (DatagramObserved is { } observe)
        {
            TimeSpan[] arrivals = [TimeSpan.FromMicroseconds(verdict.First.At), TimeSpan.FromMicroseconds(verdict.Second.At)];
            Observe(observe, from, to, datagram, verdict.Fate, arrivals[..verdict.Copies]);
        }

        return true;
    }

    private void Launch(ReadOnlySpan<byte> datagram, in Arrival arrival, LinkDelivery delivery)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(datagram.Length);
        datagram.CopyTo(buffer);
        delivery.Damage(buffer.AsSpan(0, datagram.Length));
        _agenda.Add(delivery.At, arrival with { Buffer = buffer });
    }

    private void Deliver(Arrival arrival)
    {
        SimulatedSocket? socket;
        lock (_gate)
        {
            socket = _addresses.Find(arrival.To);
            if (socket is null)
            {
                arrival.Link.CountUnreachable(arrival.Length);
            }
            else
            {
                arrival = arrival with { Local = socket.LocalFor(arrival.To) };
            }
        }

        if (socket is not null)
        {
            socket.Arrive(arrival);
            return;
        }

        if (DatagramObserved is { } observe)
        {
            Observe(observe, arrival.From, arrival.To, arrival.Buffer.AsSpan(0, arrival.Length), DatagramFate.Unreachable, []);
        }

        ArrayPool<byte>.Shared.Return(arrival.Buffer);
    }

    private void Observe(
        Action<ObservedDatagram> observe, in PeerAddress from, in PeerAddress to, ReadOnlySpan<byte> datagram, DatagramFate fate, TimeSpan[] arrivals)
    {
        var observed = new ObservedDatagram
        {
            Number = _observed++,
            Time = Elapsed,
            From = SocketAddresses.ToEndPoint(from),
            To = SocketAddresses.ToEndPoint(to),
            Content = datagram.ToArray(),
            Fate = fate,
            Arrivals = arrivals,
        };
        try
        {
            observe(observed);
        }
#pragma warning disable CA1031 // A test's assertion: it fails the run, and must not end the loop that happened to send.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Volatile.Read(ref _run)?.Fail(exception);
        }
    }
}
