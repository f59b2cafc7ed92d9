namespace UDPack.Tool.Perf.Reports;

/// <summary>The outcome of one measurement; --json writes it as it is. docs/perf.md says what the fields mean.</summary>
internal sealed record PerfReport
{
    public required string Address { get; init; }

    public required double HandshakeMs { get; init; }

    public required double Seconds { get; init; }

    public required bool Verified { get; init; }

    public required bool Datagrams { get; init; }

    public required int Streams { get; init; }

    public required int MessageBytes { get; init; }

    public DirectionReport? Up { get; init; }

    public DirectionReport? Down { get; init; }

    public LatencyReport? Latency { get; init; }

    public required SideFigures Client { get; init; }

    public required SideFigures Server { get; init; }
}
