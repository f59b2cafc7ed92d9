namespace UDPack.Protocol;

/// <summary>What this side decides alone about its sessions. Microseconds.</summary>
internal sealed record SessionOptions
{
    /// <summary>After this much silence a client pings; null for the default of min(idle timeout / 3, 10 s).</summary>
    public long? KeepAliveMicros { get; init; }

    /// <summary>How long a cipher is kept unused: its native part is most of what an idle session would hold.</summary>
    public long CipherIdleMicros { get; init; } = 2_000_000;

    /// <summary>Datagrams sealed in one key generation before the sender moves to the next.</summary>
    public ulong KeyUpdateAfter { get; init; } = 1UL << 22;
}
