namespace UDPack.Protocol.Sessions;

/// <summary>What this side decides alone about its sessions. Microseconds and bytes.</summary>
internal sealed record SessionOptions
{
    /// <summary>After this much silence a client pings; null for the default of min(idle timeout / 3, 10 s). If it is within a third of this side's timeout it is kept within a third of the peer's, too.</summary>
    public long? KeepAliveMicros { get; init; }

    /// <summary>How long a cipher is kept unused: its native part is most of what an idle session would hold.</summary>
    public long CipherIdleMicros { get; init; } = 2_000_000;

    /// <summary>Datagrams sealed in one key generation before the sender moves to the next.</summary>
    public ulong KeyUpdateAfter { get; init; } = 1UL << 22;

    /// <summary>How the sending rate is found.</summary>
    public CongestionAlgorithm Congestion { get; init; }

    /// <summary>How far the session's window of received data may grow, with what its streams hold.</summary>
    public long MaxSessionWindow { get; init; } = 16L << 20;

    /// <summary>How far one stream's window may grow.</summary>
    public long MaxStreamWindow { get; init; } = 8L << 20;

    /// <summary>How much unreliable messages may wait to be sent; the oldest are dropped.</summary>
    public int DatagramQueueBytes { get; init; } = 64 << 10;

    /// <summary>The largest datagram to try on the path, UDP payload.</summary>
    public int MaxUdpPayload { get; init; } = Handshake.TransportParameters.LargestUdpPayload;

    /// <summary>What the session's user began it with; carried along, and nothing to the protocol.</summary>
    public object? UserState { get; init; }
}
