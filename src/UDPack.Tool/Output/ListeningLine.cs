using System.Text.Json.Serialization;

namespace UDPack.Tool.Output;

/// <summary>A server's first line of --json.</summary>
internal sealed record ListeningLine
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "listening";

    public required string Address { get; init; }

    public required string KeyId { get; init; }

    /// <summary>The public half of a key for this run only; null if the key came from a file.</summary>
    public string? PublicKeyFile { get; init; }
}
