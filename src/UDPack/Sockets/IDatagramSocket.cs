using System.Net;
using UDPack.Protocol;

namespace UDPack.Sockets;

/// <summary>
/// A bound UDP socket as an event loop uses it: one thread receives, sends and waits; any thread may wake it. Nothing a
/// peer or the network does makes it throw.
/// </summary>
internal interface IDatagramSocket : IDisposable
{
    IPEndPoint LocalEndPoint { get; }

    /// <summary>Whether the system may cut what is sent into IP fragments; then nothing larger than every path carries should be.</summary>
    bool MayFragment { get; }

    /// <summary>
    /// Takes a datagram that is there; never blocks. A negative length is a wake-up, or an error in a datagram's place. The local end of
    /// <paramref name="path"/> is where it came to, or nothing where the system does not tell.
    /// </summary>
    bool TryReceive(Span<byte> buffer, out int length, out NetworkPath path);

    /// <summary>Whether the last <see cref="Send"/> found no room at the system's: then it took nothing, and may take it later. The next wait ends when there is room.</summary>
    bool IsFull => false;

    /// <summary>
    /// Sends datagrams of <paramref name="segmentSize"/> bytes, the last perhaps shorter, from the path's local end where the socket can choose;
    /// never blocks. False if any was not taken.
    /// </summary>
    bool Send(ReadOnlySpan<byte> datagrams, int segmentSize, in NetworkPath path);

    /// <summary>Asks the system to report, or no more, that nobody listens where something was sent; where it can.</summary>
    void WatchUnreachable(bool isOn)
    {
    }

    /// <summary>Takes a report that nobody listens at an address, or one that says something else, with no address; never blocks.</summary>
    bool TryTakeUnreachable(out PeerAddress address)
    {
        address = default;
        return false;
    }

    /// <summary>Blocks until a datagram or a wake-up is there, or room after <see cref="IsFull"/>, or the time has passed.</summary>
    /// <param name="timeoutMicros">Microseconds; negative for no limit.</param>
    void Wait(long timeoutMicros);

    /// <summary>Ends the current or the next <see cref="Wait"/>. Thread-safe.</summary>
    void Wake();
}
