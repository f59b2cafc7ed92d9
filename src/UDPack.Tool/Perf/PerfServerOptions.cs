using UDPack.Tool.Connections;
using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Perf;

/// <summary>How a perf server serves.</summary>
internal sealed record PerfServerOptions
{
    public required ServerBinding Binding { get; init; }

    public CongestionAlgorithm Congestion { get; init; } = CongestionAlgorithm.Bbr;

    /// <summary>Whether it ends after the first client.</summary>
    public bool Once { get; init; }

    /// <summary>For tests.</summary>
    public ContentFault? Fault { get; init; }
}
