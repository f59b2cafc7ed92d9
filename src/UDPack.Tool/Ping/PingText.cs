using System.Globalization;
using Spectre.Console;
using UDPack.Tool.Output;

namespace UDPack.Tool.Ping;

/// <summary>Pings as people read them.</summary>
internal sealed class PingText(IAnsiConsole console) : PingLog
{
    public override void Connected(HandshakeLine handshake)
    {
        var more = (handshake.Attempts > 1 ? $", {handshake.Attempts} attempts" : "") + (handshake.Cookie ? ", address proven with a cookie" : "");
        console.MarkupLineInterpolated(
            $"Connected to [bold]udp://{handshake.Address}[/] in [bold]{Ms(handshake.TotalMs)}[/], session {handshake.SessionId}, {handshake.Cipher}{more}");
        console.MarkupLineInterpolated(
            $"  [grey]name {Ms(handshake.ResolveMs)}, key work {Ms(handshake.KeyWorkMs)}, first answer {Ms(handshake.AnswerMs)}, ready {Ms(handshake.ReadyMs)}[/]");
    }

    public override void RoundTrip(RoundTripLine roundTrip)
    {
        if (roundTrip.Ms is { } milliseconds)
        {
            console.MarkupLineInterpolated($"seq={roundTrip.Seq} time=[green]{Ms(milliseconds)}[/]");
        }
        else
        {
            console.MarkupLineInterpolated($"seq={roundTrip.Seq} [red]no answer[/]");
        }
    }

    public override void Summary(PingSummary summary)
    {
        console.WriteLine();
        var lost = summary.LostPercent.ToString("0.##", CultureInfo.InvariantCulture);
        console.MarkupLineInterpolated(
            $"[bold]{Quantities.Count(summary.Sent)}[/] sent, [bold]{Quantities.Count(summary.Received)}[/] received, {Quantities.Count(summary.Lost)} lost ({lost} %)");
        if (summary.Received > 0)
        {
            WriteTimes(summary);
        }

        var datagrams = $"{Quantities.Count(summary.DatagramsSent)} datagrams sent, {Quantities.Count(summary.DatagramsReceived)} received, {Quantities.Count(summary.DatagramsLost)} lost";
        console.WriteLine($"Session: RTT {Ms(summary.RttMs)}, smallest {Ms(summary.MinRttMs)}; {datagrams}; MTU {Quantities.Count(summary.PathMtuBytes)} bytes");
    }

    private void WriteTimes(PingSummary summary)
    {
        (string Name, double? Value)[] times =
        [
            ("min", summary.MinMs), ("avg", summary.AvgMs), ("p50", summary.P50Ms), ("p99", summary.P99Ms), ("max", summary.MaxMs), ("stddev", summary.StddevMs),
        ];
        if (!console.IsRich())
        {
            console.WriteLine($"Round trip: {string.Join(", ", times.Select(time => $"{time.Name} {Ms(time.Value!.Value)}"))}");
            return;
        }

        var table = new Table { Border = TableBorder.Rounded };
        foreach (var (name, _) in times)
        {
            table.AddColumn(new TableColumn(new Text(name, new Style(Color.Grey))).RightAligned());
        }

        table.AddRow(times.Select(time => new Text(Ms(time.Value!.Value))));
        console.Write(table);
    }

    private static string Ms(double milliseconds) => Quantities.Milliseconds(milliseconds);
}
