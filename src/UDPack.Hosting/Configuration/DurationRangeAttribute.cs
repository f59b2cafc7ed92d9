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

    public static string Text(TimeSpan value) => value.ToString("g", CultureInfo.InvariantCulture) is var text && text.StartsWith("0:", StringComparison.Ordinal)
        ? "0" + text
        : text;

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is not TimeSpan time || (time >= Parse(minimum) && time <= Parse(maximum))
            ? ValidationResult.Success
            : new ValidationResult(SettingProblem.OutOfRange(validationContext, time.ToString("c", CultureInfo.InvariantCulture), Fix));

    private static TimeSpan Parse(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);
}
