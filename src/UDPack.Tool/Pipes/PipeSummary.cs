using System.Text.Json.Serialization;

namespace UDPack.Tool.Pipes;

/// <summary>What went through a pipe; --json writes it as it is.</summary>
internal sealed record PipeSummary
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "finished";

    public required string Session { get; init; }

    public required long SentBytes { get; init; }

    public required long ReceivedBytes { get; init; }

    public required double Seconds { get; init; }

    public required double RttMs { get; init; }

    public required long DatagramsSent { get; init; }

    public required long DatagramsReceived { get; init; }

    public required long DatagramsLost { get; init; }

    public static PipeSummary Of(UdpackSession session, PipeTransfer transfer, TimeSpan time)
    {
        var figures = session.GetStatistics();
        return new PipeSummary
        {
            Session = $"{session.Id:x8}",
            SentBytes = transfer.Sent,
            ReceivedBytes = transfer.Received,
            Seconds = Math.Round(time.TotalSeconds, 3),
            RttMs = figures.SmoothedRtt.TotalMilliseconds,
            DatagramsSent = figures.DatagramsSent,
            DatagramsReceived = figures.DatagramsReceived,
            DatagramsLost = figures.DatagramsLost,
        };
    }
}
