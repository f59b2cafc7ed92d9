using UDPack.Tool.Output;

namespace UDPack.Tool.Perf.Reports;

/// <summary>A report as people read it.</summary>
internal static class ReportText
{
    public static void Write(PerfReport report, TextWriter output)
    {
        output.WriteLine($"Handshake:  {Quantities.Milliseconds(report.HandshakeMs)} with udp://{report.Address}");
        WriteDirection("Up:         ", report.Up, report.Datagrams, output);
        WriteDirection("Down:       ", report.Down, report.Datagrams, output);
        if (report.Latency is { } latency)
        {
            output.WriteLine(
                $"Round trip: p50 {Quantities.Milliseconds(latency.P50Ms)}, p99 {Quantities.Milliseconds(latency.P99Ms)}, "
                + $"p99.9 {Quantities.Milliseconds(latency.P999Ms)}, max {Quantities.Milliseconds(latency.MaxMs)}; "
                + $"{Quantities.Count(latency.Received)} messages of {Quantities.Count(latency.MessageBytes)} bytes"
                + $"{Lost(latency.Lost, latency.Sent)}, {Verified(latency.Verified)}");
        }

        if (report.Client.MessagesDropped + report.Server.MessagesDropped > 0)
        {
            output.WriteLine(
                $"Dropped:    by the client {Quantities.Count(report.Client.MessagesDropped)}, by the server {Quantities.Count(report.Server.MessagesDropped)} "
                + "messages that came faster than they were taken");
        }

        output.WriteLine();
        output.WriteLine($"{"",8}{"datagrams out",14}{"in",12}{"lost",10}{"not lost",10}{"RTT",12}{"smallest",12}{"window",11}{"MTU",8}{"CPU",9}");
        WriteSide("Client", report.Client, output);
        WriteSide("Server", report.Server, output);
    }

    private static void WriteDirection(string title, DirectionReport? direction, bool datagrams, TextWriter output)
    {
        if (direction is not null)
        {
            output.WriteLine(
                $"{title}{Quantities.BitsPerSecond(direction.BitsPerSecond)} ({Quantities.BytesPerSecond(direction.BytesPerSecond)}); "
                + $"{Quantities.Bytes(direction.Bytes)} in {Quantities.Seconds(direction.Seconds)}, "
                + $"{Quantities.Count(direction.Packets)} {(datagrams ? "messages" : "packets")}"
                + $"{Lost(direction.Lost, direction.Packets + direction.Lost)}, {Verified(direction.Verified)}");
        }
    }

    private static string Lost(long lost, long sent) =>
        lost == 0 ? "" : FormattableString.Invariant($", {lost:N0} lost ({100.0 * lost / sent:0.##} %)");

    private static string Verified(bool verified) => verified ? "content verified" : "CONTENT DIFFERS";

    private static void WriteSide(string name, SideFigures side, TextWriter output) => output.WriteLine(
        $"{name,-8}{Quantities.Count(side.DatagramsSent),14}{Quantities.Count(side.DatagramsReceived),12}{Quantities.Count(side.DatagramsLost),10}"
        + $"{Quantities.Count(side.SpuriousLosses),10}{Quantities.Milliseconds(side.RttMs),12}{Quantities.Milliseconds(side.MinRttMs),12}"
        + $"{Quantities.Bytes(side.CongestionWindowBytes),11}{Quantities.Count(side.PathMtuBytes),8}{Quantities.Seconds(side.CpuSeconds),9}  {side.Congestion}");
}
