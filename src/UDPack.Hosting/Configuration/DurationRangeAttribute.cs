using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace UDPack.Hosting.Configuration;

/// <summary>The bounds of a TimeSpan, with a message that names the full key, the value and the fix.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DurationRangeAttribute(string minimum, string maximum) : ValidationAttribute
{
    public string Minimum => minimum;

    public string Maximum => maximum;

    public string Fix => $"Set it to a time from {Text(Parse(minimum))} to {Text(Parse(maximum))}.";

    public static string Text(TimeSpan value)
    {
        var text = value.ToString("c", CultureInfo.InvariantCulture);
        return value.Ticks % TimeSpan.TicksPerSecond == 0 ? text : text.TrimEnd('0');
    }

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is not TimeSpan time || (time >= Parse(minimum) && time <= Parse(maximum))
            ? ValidationResult.Success
            : new ValidationResult(SettingProblem.OutOfRange(validationContext, Text(time), Fix));

    private static TimeSpan Parse(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);
}
