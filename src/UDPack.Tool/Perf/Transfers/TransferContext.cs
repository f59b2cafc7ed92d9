using UDPack.Tool.Perf.Protocol;

namespace UDPack.Tool.Perf.Transfers;

/// <summary>What all streams and messages of one side share. Made when the transfer starts: its clocks run from then on.</summary>
internal sealed class TransferContext(PerfRequest request, ContentBlock content, TimeProvider time)
{
    public TimeProvider Time { get; } = time;

    public ContentBlock Content { get; } = content;

    /// <summary>For how long to send; null for no limit.</summary>
    public TimeSpan? Duration { get; } = DurationOf(request);

    public SendBudget Budget { get; } = new(request.Bytes, DurationOf(request), request.PacketBytes, time);

    public TransferMeter Sent { get; } = new(time);

    public TransferMeter Received { get; } = new(time);

    public ContentFault? Fault { get; init; }

    public ReadOnlyMemory<byte> Pass(ReadOnlyMemory<byte> content) => Fault is null ? content : Fault(content);

    private static TimeSpan? DurationOf(PerfRequest request) =>
        request.DurationMs is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
}
