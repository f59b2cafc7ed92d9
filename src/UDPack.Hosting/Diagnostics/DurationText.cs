using System.Globalization;

namespace UDPack.Hosting.Diagnostics;

/// <summary>Times as people read them in logs.</summary>
internal static class DurationText
{
    /// <summary>Such as "at once", "in 0.7 s" or "in 5 min".</summary>
    public static string In(TimeSpan delay) => delay < TimeSpan.FromMilliseconds(1) ? "at once" : $"in {Of(delay)}";

    /// <summary>Such as "50 ms", "0.7 s", "12 s" or "5 min".</summary>
    public static string Of(TimeSpan time) => time.TotalSeconds switch
    {
        < 0.0995 => Text($"{time.TotalMilliseconds:0} ms"),
        < 9.95 => Text($"{time.TotalSeconds:0.#} s"),
        < 120 => Text($"{time.TotalSeconds:0} s"),
        < 7200 => Text($"{time.TotalMinutes:0} min"),
        _ => Text($"{time.TotalHours:0.#} h"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
