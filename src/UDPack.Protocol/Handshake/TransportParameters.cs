namespace UDPack.Protocol.Handshake;

/// <summary>What a side tells the other about itself in the handshake (wire protocol §2).</summary>
internal sealed record TransportParameters
{
    public const int SmallestMaxUdpPayload = 1200;
    public const int LargestUdpPayload = 65_507;

    /// <summary>2^14 milliseconds, the bound of RFC 9000 §18.2: a longer delay would only be a way to stall recovery.</summary>
    public const long LargestMaxAckDelayMicros = (1L << 14) * 1000;

    /// <summary>Ids have 32 bits and rise by 2.</summary>
    public const long LargestMaxStreams = 1L << 31;

    /// <summary>A hundred years and more, and still no overflow in microseconds.</summary>
    public const long LargestIdleTimeoutMs = 1L << 42;

    public static TransportParameters Default { get; } = new();

    /// <summary>After how long without a verified datagram the session ends; 0 is never.</summary>
    public long IdleTimeoutMs { get; init; } = 30_000;

    /// <summary>The largest packet accepted, in bytes.</summary>
    public long MaxPacketBytes { get; init; } = 16L << 20;

    /// <summary>What the peer may send on the session before it gets more credit, in bytes.</summary>
    public long InitialSessionCredit { get; init; } = 1L << 20;

    /// <summary>What the peer may send on each stream before it gets more credit, in bytes.</summary>
    public long InitialStreamCredit { get; init; } = 256L << 10;

    /// <summary>How many streams the peer may have open.</summary>
    public long MaxStreams { get; init; } = 128;

    /// <summary>How long this side may hold an ack back, in microseconds.</summary>
    public long MaxAckDelayMicros { get; init; } = 25_000;

    /// <summary>The largest UDP payload accepted, in bytes.</summary>
    public long MaxUdpPayload { get; init; } = LargestUdpPayload;

    /// <summary>The idle timeout of a session between two sides: the smaller one that is not 0.</summary>
    public static long EffectiveIdleTimeoutMs(TransportParameters one, TransportParameters other) =>
        one.IdleTimeoutMs == 0 ? other.IdleTimeoutMs
        : other.IdleTimeoutMs == 0 ? one.IdleTimeoutMs
        : Math.Min(one.IdleTimeoutMs, other.IdleTimeoutMs);

    /// <summary>Reads parameters to the end of <paramref name="source"/>; unknown ids are ignored.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out TransportParameters parameters) =>
        TransportParametersCodec.TryRead(source, out parameters);

    /// <summary>Writes what differs from the defaults and returns the length.</summary>
    public int Write(Span<byte> destination) => TransportParametersCodec.Write(this, destination);
}
