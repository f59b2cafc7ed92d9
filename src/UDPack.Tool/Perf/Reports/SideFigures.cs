namespace UDPack.Tool.Perf.Reports;

/// <summary>What one side's transport and process did.</summary>
internal sealed record SideFigures
{
    public required string Congestion { get; init; }

    public required double CpuSeconds { get; init; }

    public required long DatagramsSent { get; init; }

    public required long DatagramsReceived { get; init; }

    public required long DatagramsLost { get; init; }

    public required long SpuriousLosses { get; init; }

    public required long BytesSent { get; init; }

    public required long BytesReceived { get; init; }

    /// <summary>Unreliable messages that this side dropped itself.</summary>
    public required long MessagesDropped { get; init; }

    public required double RttMs { get; init; }

    public required double MinRttMs { get; init; }

    public required long CongestionWindowBytes { get; init; }

    public required int PathMtuBytes { get; init; }


    /// <param name="session">The session, at the end of its work.</param>
    /// <param name="congestion">What it was told to use.</param>
    /// <param name="cpuBefore">The process's CPU time at the start.</param>
    public static SideFigures Of(UdpackSession session, CongestionAlgorithm congestion, TimeSpan cpuBefore)
    {
        var figures = session.GetStatistics();
        return new SideFigures
        {
            Congestion = congestion == CongestionAlgorithm.Bbr ? "bbr" : "cubic",
            CpuSeconds = Math.Round((Environment.CpuUsage.TotalTime - cpuBefore).TotalSeconds, 3),
            DatagramsSent = figures.DatagramsSent,
            DatagramsReceived = figures.DatagramsReceived,
            DatagramsLost = figures.DatagramsLost,
            SpuriousLosses = figures.SpuriousLosses,
            BytesSent = figures.BytesSent,
            BytesReceived = figures.BytesReceived,
            MessagesDropped = figures.MessagesDropped,
            RttMs = figures.SmoothedRtt.TotalMilliseconds,
            MinRttMs = figures.MinRtt.TotalMilliseconds,
            CongestionWindowBytes = figures.CongestionWindowBytes,
            PathMtuBytes = figures.PathMtuBytes,
        };
    }
}
