using System.Net;
using System.Text.Json.Serialization;

namespace UDPack.Tool.Serve;

/// <summary>What a session came to; --json writes it as it is.</summary>
internal sealed record SessionSummary
{
    [JsonPropertyOrder(-1)]
    public string Type { get; } = "ended";

    public required string Session { get; init; }

    public required string Client { get; init; }

    /// <summary>The name of a <see cref="SessionEndCause"/>.</summary>
    public required string Cause { get; init; }

    public required double Seconds { get; init; }

    public required long Packets { get; init; }

    public required long PacketBytes { get; init; }

    public required long Streams { get; init; }

    public required long StreamBytes { get; init; }

    public required long Messages { get; init; }

    public required long MessageBytes { get; init; }

    public required double RttMs { get; init; }

    public required long DatagramsSent { get; init; }

    public required long DatagramsReceived { get; init; }

    public required long DatagramsLost { get; init; }

    public static SessionSummary Of(UdpackSession session, IPEndPoint client, EchoTotals totals, TimeSpan time)
    {
        var figures = session.GetStatistics();
        return new SessionSummary
        {
            Session = $"{session.Id:x8}",
            Client = client.ToString(),
            Cause = $"{session.CloseReason?.Cause}",
            Seconds = Math.Round(time.TotalSeconds, 3),
            Packets = totals.Packets,
            PacketBytes = totals.PacketBytes,
            Streams = totals.Streams,
            StreamBytes = totals.StreamBytes,
            Messages = totals.Messages,
            MessageBytes = totals.MessageBytes,
            RttMs = figures.SmoothedRtt.TotalMilliseconds,
            DatagramsSent = figures.DatagramsSent,
            DatagramsReceived = figures.DatagramsReceived,
            DatagramsLost = figures.DatagramsLost,
        };
    }
}
