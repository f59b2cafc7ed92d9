using UDPack.Tool.Perf.Protocol;

namespace UDPack.Tool.Perf.Reports;

/// <summary>What one direction's bulk data came to.</summary>
internal sealed record DirectionReport
{
    public required long Packets { get; init; }

    public required long Bytes { get; init; }

    public required double Seconds { get; init; }

    public required double BitsPerSecond { get; init; }

    public required double BytesPerSecond { get; init; }

    /// <summary>Unreliable messages that did not arrive.</summary>
    public required long Lost { get; init; }

    public required bool Verified { get; init; }

    /// <param name="sent">What its sender says.</param>
    /// <param name="received">What its receiver says.</param>
    /// <param name="verified">Whether the content is what was sent.</param>
    public static DirectionReport Of(TransferTotals sent, TransferTotals received, bool verified)
    {
        var rate = received.Seconds > 0 ? received.Bytes / received.Seconds : 0;
        return new DirectionReport
        {
            Packets = received.Packets,
            Bytes = received.Bytes,
            Seconds = Math.Round(received.Seconds, 6),
            BitsPerSecond = Math.Round(rate * 8),
            BytesPerSecond = Math.Round(rate),
            Lost = Math.Max(0, sent.Packets - received.Packets),
            Verified = verified,
        };
    }
}
