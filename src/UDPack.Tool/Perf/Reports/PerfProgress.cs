using UDPack.Tool.Output;
using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Perf.Reports;

/// <summary>The progress of a measurement.</summary>
internal sealed class PerfProgress(TextWriter terminal, TimeProvider time)
{
    private long _sent;
    private long _received;

    /// <summary>Writes until cancelled.</summary>
    public Task RunAsync(UdpackSession session, TransferContext context, EchoRun? echoes, CancellationToken cancellationToken) =>
        new ProgressLine(terminal, time).RunAsync(() => Describe(session, context, echoes), cancellationToken);

    private string Describe(UdpackSession session, TransferContext context, EchoRun? echoes)
    {
        var (sent, received) = (context.Sent.Bytes, context.Received.Bytes);
        var parts = new List<string>(4);
        Add(parts, "up", sent, sent - _sent);
        Add(parts, "down", received, received - _received);
        if (echoes is not null)
        {
            parts.Add($"{Quantities.Count(echoes.RoundTrips.Count)} of {Quantities.Count(echoes.Sent)} echoes");
        }

        var figures = session.GetStatistics();
        parts.Add($"RTT {Quantities.Milliseconds(figures.SmoothedRtt.TotalMilliseconds)}, {Quantities.Count(figures.DatagramsLost)} lost");
        (_sent, _received) = (sent, received);
        return string.Join("; ", parts);
    }

    private static void Add(List<string> parts, string name, long bytes, long bytesSince)
    {
        if (bytes > 0)
        {
            parts.Add($"{name} {Quantities.Bytes(bytes)}, {Quantities.BitsPerSecond(bytesSince * 8 / ProgressLine.Interval.TotalSeconds)}");
        }
    }
}
