using System.Globalization;

namespace UDPack.Tool.Output;

/// <summary>Numbers as people read them.</summary>
internal static class Quantities
{
    private static readonly string[] Prefixes = ["", "k", "M", "G", "T"];
    private static readonly string[] BinaryPrefixes = ["", "Ki", "Mi", "Gi", "Ti"];

    public static string Bytes(double bytes) => Scaled(bytes, 1024, BinaryPrefixes, "B");

    public static string BytesPerSecond(double bytes) => Scaled(bytes, 1000, Prefixes, "B/s");

    public static string BitsPerSecond(double bits) => Scaled(bits, 1000, Prefixes, "bit/s");

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Milliseconds(double milliseconds) =>
        milliseconds.ToString(milliseconds < 10 ? "0.000" : "0.0", CultureInfo.InvariantCulture) + " ms";

    public static string Seconds(double seconds) => seconds.ToString("0.00", CultureInfo.InvariantCulture) + " s";

    private static string Scaled(double value, double step, string[] prefixes, string unit)
    {
        var prefix = 0;
        for (; value >= step && prefix < prefixes.Length - 1; prefix++)
        {
            value /= step;
        }

        var format = prefix == 0 || value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00";
        return $"{value.ToString(format, CultureInfo.InvariantCulture)} {prefixes[prefix]}{unit}";
    }
}
