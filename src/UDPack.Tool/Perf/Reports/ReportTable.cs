using Spectre.Console;
using UDPack.Tool.Output;

namespace UDPack.Tool.Perf.Reports;

/// <summary>A report on a terminal with colours.</summary>
internal static class ReportTable
{
    public static void Write(PerfReport report, IAnsiConsole console)
    {
        console.MarkupLineInterpolated($"Handshake [bold]{Quantities.Milliseconds(report.HandshakeMs)}[/] with udp://{report.Address}");
        if (report.Up is not null || report.Down is not null)
        {
            var transfers = TableOf("", "throughput", "content", "time", report.Datagrams ? "messages" : "packets", "lost", "verified");
            AddDirection(transfers, "Up", report.Up);
            AddDirection(transfers, "Down", report.Down);
            console.Write(transfers);
        }

        if (report.Latency is { } latency)
        {
            var trips = TableOf("round trip", "p50", "p99", "p99.9", "max", "messages", "lost", "verified");
            trips.AddRow(
                new Text($"{Quantities.Count(latency.MessageBytes)} bytes"),
                new Text(Quantities.Milliseconds(latency.P50Ms), new Style(decoration: Decoration.Bold)),
                new Text(Quantities.Milliseconds(latency.P99Ms)),
                new Text(Quantities.Milliseconds(latency.P999Ms)),
                new Text(Quantities.Milliseconds(latency.MaxMs)),
                new Text(Quantities.Count(latency.Received)),
                Lost(latency.Lost),
                Verified(latency.Verified));
            console.Write(trips);
        }

        var sides = TableOf("", "datagrams out", "in", "lost", "not lost", "dropped", "RTT", "smallest", "window", "MTU", "CPU", "congestion");
        AddSide(sides, "Client", report.Client);
        AddSide(sides, "Server", report.Server);
        console.Write(sides);
    }

    private static Table TableOf(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Rounded };
        for (var index = 0; index < columns.Length; index++)
        {
            var column = new TableColumn(new Text(columns[index], new Style(Color.Grey)));
            table.AddColumn(index == 0 ? column : column.RightAligned());
        }

        return table;
    }

    private static void AddDirection(Table table, string name, DirectionReport? direction)
    {
        if (direction is not null)
        {
            table.AddRow(
                new Text(name),
                new Text(Quantities.BitsPerSecond(direction.BitsPerSecond), new Style(decoration: Decoration.Bold)),
                new Text(Quantities.Bytes(direction.Bytes)),
                new Text(Quantities.Seconds(direction.Seconds)),
                new Text(Quantities.Count(direction.Packets)),
                Lost(direction.Lost),
                Verified(direction.Verified));
        }
    }

    private static void AddSide(Table table, string name, SideFigures side) => table.AddRow(
        new Text(name),
        new Text(Quantities.Count(side.DatagramsSent)),
        new Text(Quantities.Count(side.DatagramsReceived)),
        Lost(side.DatagramsLost),
        new Text(Quantities.Count(side.SpuriousLosses)),
        Lost(side.MessagesDropped),
        new Text(Quantities.Milliseconds(side.RttMs)),
        new Text(Quantities.Milliseconds(side.MinRttMs)),
        new Text(Quantities.Bytes(side.CongestionWindowBytes)),
        new Text(Quantities.Count(side.PathMtuBytes)),
        new Text(Quantities.Seconds(side.CpuSeconds)),
        new Text(side.Congestion));

    private static Text Lost(long count) => new(Quantities.Count(count), count == 0 ? Style.Plain : new Style(Color.Yellow));

    private static Text Verified(bool verified) => verified ? new Text("yes", new Style(Color.Green)) : new Text("CONTENT DIFFERS", new Style(Color.Red));
}
