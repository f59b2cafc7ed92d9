using System.Net;
using System.Text.Json.Serialization;
using UDPack.Tool.Output;
using UDPack.Tool.Perf.Protocol;

namespace UDPack.Tool.Perf.Reports;

/// <summary>What a server has to tell of one client; --json writes it as it is.</summary>
internal sealed record ServedMeasurement
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "measured";

    public required string Client { get; init; }

    /// <summary>Why there are no results; null if there are.</summary>
    public string? Failure { get; init; }

    public TransferTotals? Up { get; init; }

    public TransferTotals? Down { get; init; }

    public long Echoes { get; init; }

    public SideFigures? Server { get; init; }

    public static ServedMeasurement Of(IPEndPoint client, PerfRequest request, PerfResult result, long echoes) => result.Failure is { } failure
        ? Failed(client, failure)
        : new ServedMeasurement
        {
            Client = client.ToString(),
            Up = request.Up ? result.ReceivedTotals : null,
            Down = request.Down ? result.SentTotals : null,
            Echoes = echoes,
            Server = result.Figures,
        };

    public static ServedMeasurement Refused(IPEndPoint client, string reason) => new() { Client = client.ToString(), Failure = $"refused: {reason}." };

    public static ServedMeasurement Failed(IPEndPoint client, string reason) => new() { Client = client.ToString(), Failure = $"failed: {reason}" };

    public string Describe()
    {
        if (Server is not { } figures)
        {
            return Failure ?? "";
        }

        var parts = new List<string>(5);
        Add(parts, "up", Up);
        Add(parts, "down", Down);
        if (Echoes > 0)
        {
            parts.Add($"{Quantities.Count(Echoes)} echoes");
        }

        parts.Add($"{Quantities.Count(figures.DatagramsLost)} of {Quantities.Count(figures.DatagramsSent)} datagrams lost");
        parts.Add($"CPU {Quantities.Seconds(figures.CpuSeconds)}");
        return string.Join(", ", parts);
    }

    private static void Add(List<string> parts, string name, TransferTotals? totals)
    {
        if (totals is { Seconds: > 0 } moved)
        {
            parts.Add($"{name} {Quantities.Bytes(moved.Bytes)} at {Quantities.BitsPerSecond(moved.Bytes * 8 / moved.Seconds)}");
        }
    }
}
