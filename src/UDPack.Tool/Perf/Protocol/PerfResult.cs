using UDPack.Tool.Perf.Reports;

namespace UDPack.Tool.Perf.Protocol;

/// <summary>What the server saw; the last packet on the control stream.</summary>
internal sealed record PerfResult
{
    /// <summary>What the server could not do, for the client's user; null if all went well.</summary>
    public string? Failure { get; init; }

    /// <summary>What arrived, by bulk stream.</summary>
    public required StreamTotals[] Received { get; init; }

    /// <summary>What was sent, by bulk stream.</summary>
    public required StreamTotals[] Sent { get; init; }

    /// <summary>Bulk data that arrived, streams or messages.</summary>
    public required TransferTotals ReceivedTotals { get; init; }

    /// <summary>Bulk data that was sent, streams or messages.</summary>
    public required TransferTotals SentTotals { get; init; }

    /// <summary>Unreliable messages, bulk or to be echoed, whose content was not what was sent.</summary>
    public required long CorruptMessages { get; init; }

    public required SideFigures Figures { get; init; }
}
