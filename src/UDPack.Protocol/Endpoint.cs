namespace UDPack.Protocol;

/// <summary>
/// One UDP socket's worth of protocol without the socket: datagrams and the time go in, datagrams and the next
/// deadline come out. Not thread-safe: one thread drives it. Times are monotonic microseconds.
/// </summary>
internal abstract class Endpoint
{
    public const long Never = long.MaxValue;

    public EndpointCounters Counters { get; } = new();

    /// <summary>When <see cref="OnDeadline"/> wants to be called next; <see cref="Never"/> if nothing is due.</summary>
    public abstract long NextDeadline { get; }

    /// <summary>Takes one received datagram; it is decrypted in place. Never throws for what it contains.</summary>
    public abstract void OnDatagram(long now, in PeerAddress from, Span<byte> datagram);

    public abstract void OnDeadline(long now);

    /// <summary>Writes what is due to be sent next; call until it returns false. The buffer holds at least 65,535 bytes.</summary>
    public abstract bool TryWrite(long now, Span<byte> buffer, out Transmit transmit);
}
