using UDPack.Tool.Output;

namespace UDPack.Tool.Pipes;

/// <summary>The progress of a transfer.</summary>
internal sealed class PipeProgress(PipeTransfer transfer)
{
    private long _sent;
    private long _received;

    public string Describe()
    {
        var (sent, received) = (transfer.Sent, transfer.Received);
        var text = $"sent {Part(sent, sent - _sent)}; received {Part(received, received - _received)}";
        (_sent, _received) = (sent, received);
        return text;
    }

    private static string Part(long bytes, long bytesSince) =>
        $"{Quantities.Bytes(bytes)}, {Quantities.BytesPerSecond(bytesSince / ProgressLine.Interval.TotalSeconds)}";
}
