using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Sockets;

namespace UDPack;

/// <summary>
/// What listeners and clients stand on: sockets, the loops' threads, names and time. There is the system's, and one in
/// memory for tests in the package UDPack.Testing; applications derive none of their own. Thread-safe.
/// </summary>
public abstract class UdpackNetwork
{
    internal UdpackNetwork()
    {
    }

    /// <summary>The operating system's sockets, threads, name service and clock.</summary>
    public static UdpackNetwork System { get; } = new SystemNetwork();

    /// <summary>The network's clock.</summary>
    public abstract TimeProvider TimeProvider { get; }

    /// <summary>Where ids, cookies and jitter come from.</summary>
    internal abstract Entropy Entropy { get; }

    /// <summary>Whether the network works with its own clock only.</summary>
    internal abstract bool OwnsTime { get; }

    /// <summary>Whether memory of packets that was given back is poisoned; see <see cref="Buffers.Poison"/>.</summary>
    internal virtual bool PoisonsPackets => Buffers.Poison.IsOn;

    /// <summary>Binds a socket.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    internal abstract IDatagramSocket Bind(IPEndPoint local, int receiveBufferBytes);

    /// <summary>Turns the loop from now on until it has ended.</summary>
    internal abstract void Drive(EventLoop loop);

    /// <summary>Has work done on the thread pool, without the caller's execution context.</summary>
    internal abstract void Queue<T>(Action<T> work, T state);

    /// <summary>A host's addresses of one family, or of any if it is unspecified; perhaps none.</summary>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    internal abstract Task<IPAddress[]> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken);

    /// <summary>A random number from 0 to less than 1.</summary>
    internal double NextUnit()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        Entropy.Fill(bytes);
        return (BinaryPrimitives.ReadUInt64LittleEndian(bytes) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>A clock that the network does not follow would make every timeout wrong.</summary>
    internal void CheckTime(TimeProvider time)
    {
        if (OwnsTime && time != TimeProvider)
        {
            throw new ArgumentException(
                "TimeProvider is not the network's own. Leave it unset, or register the network's TimeProvider as the application's.", nameof(time));
        }
    }
}
