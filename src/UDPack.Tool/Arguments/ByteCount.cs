using System.Globalization;

namespace UDPack.Tool.Arguments;

/// <summary>Numbers of bytes as they are typed: 1000, 64k, 1.5G, 16Mi.</summary>
internal static class ByteCount
{
    public const string Suffixes = "k, M, G (thousands), Ki, Mi, Gi (1,024)";

    public static long? TryParse(string text)
    {
        var digits = text.AsSpan().TrimEnd("kKMGi");
        long? unit = text.AsSpan(digits.Length) switch
        {
            "" => 1,
            "k" or "K" => 1_000,
            "M" => 1_000_000,
            "G" => 1_000_000_000,
            "Ki" or "ki" => 1L << 10,
            "Mi" => 1L << 20,
            "Gi" => 1L << 30,
            _ => null,
        };
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && unit is { } factor && number <= long.MaxValue / factor
            ? (long)(number * factor)
            : null;
    }
}
