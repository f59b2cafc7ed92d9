namespace UDPack.Tool.Connections;

/// <summary>What <see cref="SharedOptions"/> come to.</summary>
internal sealed record SharedSettings
{
    public required ReadOnlyMemory<byte> Token { get; init; }
}
