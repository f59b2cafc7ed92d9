using System.Text.Json.Serialization;

namespace UDPack.Tool.Ping;

/// <summary>One round trip; --json writes it as it is.</summary>
internal sealed record RoundTripLine
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "roundTrip";

    public required long Seq { get; init; }

    /// <summary>Null if no answer came in time.</summary>
    public required double? Ms { get; init; }
}
