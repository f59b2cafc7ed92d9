using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Perf.Reports;

/// <summary>How long echoed messages took there and back.</summary>
internal sealed record LatencyReport
{
    public required long Sent { get; init; }

    public required long Received { get; init; }

    public required long Lost { get; init; }

    public required int MessageBytes { get; init; }

    public required double MinMs { get; init; }

    public required double P50Ms { get; init; }

    public required double P99Ms { get; init; }

    public required double P999Ms { get; init; }

    public required double MaxMs { get; init; }

    public required bool Verified { get; init; }

    public static LatencyReport Of(EchoRun run, bool verified) => new()
    {
        Sent = run.Sent,
        Received = run.RoundTrips.Count,
        Lost = Math.Max(0, run.Sent - run.RoundTrips.Count),
        MessageBytes = run.MessageBytes,
        MinMs = Milliseconds(run.RoundTrips.Min),
        P50Ms = Milliseconds(run.RoundTrips.Percentile(0.5)),
        P99Ms = Milliseconds(run.RoundTrips.Percentile(0.99)),
        P999Ms = Milliseconds(run.RoundTrips.Percentile(0.999)),
        MaxMs = Milliseconds(run.RoundTrips.Max),
        Verified = verified,
    };

    private static double Milliseconds(long nanoseconds) => Math.Round(nanoseconds / 1e6, 4);
}
