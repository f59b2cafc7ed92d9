namespace UDPack.Tool.Connections;

/// <summary>What <see cref="SharedOptions"/> come to.</summary>
internal sealed record SharedSettings
{
    public required ReadOnlyMemory<byte> Token { get; init; }

    /// <summary>Where secrets of sessions go; null: nowhere. Open as long as the process.</summary>
    public UdpackKeyLog? KeyLog { get; init; }
}
