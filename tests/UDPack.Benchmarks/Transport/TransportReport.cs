using System.Globalization;
using System.Text.Json;
using UDPack.Benchmarks.Measurements;
using UDPack.Benchmarks.Transport.Measurements;

namespace UDPack.Benchmarks.Transport;

/// <summary>Prints the comparison: a table for each measurement in each place, with the median run, or everything as JSON.</summary>
internal static class TransportReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly Column[] Columns =
    [
        new("Mbit/s", r => r.GoodputMbit),
        new("steady Mbit/s", r => r.SteadyMbit),
        new("CUBIC beside, Mbit/s", r => r.CompetitorMbit),
        new("share %", r => r.SharePercent),
        new("messages/s", r => r.MessagesPerSecond),
        new("p50 µs", r => r.P50Micros),
        new("p99 µs", r => r.P99Micros),
        new("p99.9 µs", r => r.P999Micros),
        new("max µs", r => r.MaxMicros),
        new("samples", r => r.Samples),
        new("unanswered", r => r.Unanswered),
        new("CPU s/GiB sender", r => r.SenderCpuPerGiB, IsPerByte),
        new("receiver", r => r.ReceiverCpuPerGiB, IsPerByte),
        new("CPU s/million sender", r => r.SenderCpuPerMillion, r => !IsPerByte(r)),
        new("receiver", r => r.ReceiverCpuPerMillion, r => !IsPerByte(r)),
        new("retransmits", r => r.Retransmits),
        new("late p99 µs", r => r.LateP99Micros),
        new("load", r => r.Load),
    ];

    public static void WriteJson(TextWriter output, IEnumerable<TransportResult> results) => output.WriteLine(JsonSerializer.Serialize(
        new { Machine = Report.Machine(), Results = results }, Indented));

    public static void WriteTables(TextWriter output, IReadOnlyCollection<TransportResult> results)
    {
        output.WriteLine();
        output.WriteLine(Report.Machine());
        foreach (var table in results.GroupBy(r => (r.Place, r.Measurement)))
        {
            output.WriteLine();
            output.WriteLine($"{table.Key.Place}, {table.Key.Measurement}");
            output.WriteLine();
            var columns = Columns.Where(column => table.Any(r => column.Has(r))).ToArray();
            string[][] rows =
            [
                ["link", "peer", .. columns.Select(column => column.Title)],
                ["----", "----", .. columns.Select(_ => "---:")],
                .. table.GroupBy(r => (r.Link, r.Peer)).Select(runs => Row(Median([.. runs]), columns)),
            ];
            Report.WriteRows(output, rows);
        }
    }

    /// <summary>One result on one line, for the progress.</summary>
    public static string Line(TransportResult result)
    {
        var values = result.Rejected ?? string.Join(", ", Columns.Where(column => column.Has(result)).Select(column => $"{column.Title} {Report.Number(column.Value(result)!.Value)}"));
        return $"{result.Place} {result.Link} {result.Measurement} {result.Peer} #{result.Run}: {values}";
    }

    private static string[] Row(TransportResult result, Column[] columns) =>
    [
        result.Link,
        result.Rejected is null ? result.Peer : $"{result.Peer} (rejected: {result.Rejected})",
        .. columns.Select(column => column.Value(result) is { } value ? value.ToString(value >= 100 ? "#,0" : "0.##", CultureInfo.InvariantCulture) : ""),
    ];

    /// <summary>The middle one of the valid runs, by what the measurement is about.</summary>
    private static TransportResult Median(TransportResult[] runs)
    {
        TransportResult[] valid = [.. runs.Where(r => r.Rejected is null).OrderBy(r => r.P99Micros ?? r.GoodputMbit ?? r.SharePercent)];
        return valid.Length == 0 ? runs[0] : valid[valid.Length / 2];
    }

    private static bool IsPerByte(TransportResult result) => result.Measurement is TransportMeasurement.Bulk1K or TransportMeasurement.Bulk64K;

    private sealed record Column(string Title, Func<TransportResult, double?> Value, Func<TransportResult, bool>? Suits = null)
    {
        public bool Has(TransportResult result) => Value(result) is not null && Suits?.Invoke(result) != false;
    }
}
