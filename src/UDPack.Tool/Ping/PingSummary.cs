using System.Text.Json.Serialization;

namespace UDPack.Tool.Ping;

/// <summary>All round trips together; --json writes it as it is.</summary>
internal sealed record PingSummary
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "summary";

    public required string Method { get; init; }

    public required long Sent { get; init; }

    public required long Received { get; init; }

    public required long Lost { get; init; }

    public required double LostPercent { get; init; }

    /// <summary>Null if no answer came; so are the next.</summary>
    public required double? MinMs { get; init; }

    public required double? AvgMs { get; init; }

    public required double? P50Ms { get; init; }

    public required double? P99Ms { get; init; }

    public required double? MaxMs { get; init; }

    public required double? StddevMs { get; init; }

    public required double RttMs { get; init; }

    public required double MinRttMs { get; init; }

    public required long DatagramsSent { get; init; }

    public required long DatagramsReceived { get; init; }

    public required long DatagramsLost { get; init; }

    public required int PathMtuBytes { get; init; }
}
