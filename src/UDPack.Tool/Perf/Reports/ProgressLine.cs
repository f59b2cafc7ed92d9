using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Perf.Reports;

/// <summary>One line of a terminal, written again every half second.</summary>
internal sealed class ProgressLine(TextWriter terminal, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private int _width;

    /// <summary>Writes until cancelled, and then clears the line.</summary>
    public async Task RunAsync(UdpackSession session, TransferContext context, EchoRun? echoes, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var (sent, received) = (0L, 0L);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                var (sentNow, receivedNow) = (context.Sent.Bytes, context.Received.Bytes);
                var parts = new List<string>(4);
                Add(parts, "up", sentNow, sentNow - sent);
                Add(parts, "down", receivedNow, receivedNow - received);
                if (echoes is not null)
                {
                    parts.Add($"{Quantities.Count(echoes.RoundTrips.Count)} of {Quantities.Count(echoes.Sent)} echoes");
                }

                var figures = session.GetStatistics();
                parts.Add($"RTT {Quantities.Milliseconds(figures.SmoothedRtt.TotalMilliseconds)}, {Quantities.Count(figures.DatagramsLost)} lost");
                Write(string.Join("; ", parts));
                (sent, received) = (sentNow, receivedNow);
            }
        }
        catch (OperationCanceledException)
        {
            Write("");
            terminal.Write('\r');
        }
    }

    private static void Add(List<string> parts, string name, long bytes, long bytesSince)
    {
        if (bytes > 0)
        {
            parts.Add($"{name} {Quantities.Bytes(bytes)}, {Quantities.BitsPerSecond(bytesSince * 8 / Interval.TotalSeconds)}");
        }
    }

    private void Write(string text)
    {
        terminal.Write($"\r{text.PadRight(_width)}");
        terminal.Flush();
        _width = text.Length;
    }
}
