namespace UDPack.Tool.Perf.Protocol;

/// <summary>What the client wants measured; the first packet on the control stream.</summary>
internal sealed record PerfRequest
{
    public const int CurrentVersion = 1;

    /// <summary>Bulk streams, and echo streams, that one client may have.</summary>
    public const int MaxStreams = 1000;

    public const int MaxPacketBytes = 16 * 1024 * 1024;

    public required int Version { get; init; }

    /// <summary>Whether the client sends bulk data.</summary>
    public required bool Up { get; init; }

    /// <summary>Whether the server sends bulk data.</summary>
    public required bool Down { get; init; }

    /// <summary>How many bytes each direction carries; null for no limit.</summary>
    public long? Bytes { get; init; }

    /// <summary>How long each direction sends, in milliseconds; null for no limit.</summary>
    public long? DurationMs { get; init; }

    /// <summary>The size of bulk packets.</summary>
    public required int PacketBytes { get; init; }

    public required int BulkStreams { get; init; }

    public required int EchoStreams { get; init; }

    /// <summary>Whether unreliable messages take the place of streams.</summary>
    public required bool Datagrams { get; init; }

    public bool HasBulk => Up || Down;

    /// <summary>Why a server does not serve this; null if it does.</summary>
    public string? Refusal()
    {
        if (Version != CurrentVersion)
        {
            return $"the server speaks version {CurrentVersion} of the perf protocol, the client {Version}; use the same version of udpack on both sides";
        }

        var isBounded = !HasBulk || Bytes is > 0 || DurationMs is > 0;
        return isBounded && PacketBytes is > 0 and <= MaxPacketBytes && BulkStreams is >= 0 and <= MaxStreams && EchoStreams is >= 0 and <= MaxStreams
            ? null
            : "the request is out of range";
    }
}
