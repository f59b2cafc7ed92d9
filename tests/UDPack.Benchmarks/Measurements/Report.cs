using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace UDPack.Benchmarks.Measurements;

/// <summary>Prints measurements as a table or as JSON.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void WriteJson(TextWriter output, IEnumerable<Measurement> measurements) => output.WriteLine(JsonSerializer.Serialize(
        new { Machine = Machine(), Measurements = measurements }, Indented));

    public static void WriteTable(TextWriter output, IEnumerable<Measurement> measurements)
    {
        output.WriteLine();
        output.WriteLine(Machine());
        output.WriteLine();
        string[][] rows =
        [
            ["what", "quantity", "best", "median", "unit", "x better than SslStream"],
            ["----", "--------", "---:", "-----:", "----", "---:"],
            .. measurements.Select(m => new[] { m.Subject, m.Quantity, Number(m.Best), Number(m.Median), m.Unit, m.Ratio is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "" }),
        ];
        WriteRows(output, rows);
    }

    /// <summary>Writes rows of cells as a table, the columns aligned.</summary>
    public static void WriteRows(TextWriter output, string[][] rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            output.WriteLine("| " + string.Join(" | ", row.Select((cell, column) => cell.PadRight(widths[column]))) + " |");
        }
    }

    public static string Machine() =>
        $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores";

    public static string Number(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "#,0" : "0.###", CultureInfo.InvariantCulture);
}
