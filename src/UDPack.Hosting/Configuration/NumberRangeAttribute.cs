using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace UDPack.Hosting.Configuration;

/// <summary>Like RangeAttribute, with a message that names the full key, the value and the fix, and without its reflection.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NumberRangeAttribute(long minimum, long maximum) : ValidationAttribute
{
    public long Minimum => minimum;

    public long Maximum => maximum;

    public string Fix => string.Create(CultureInfo.InvariantCulture, $"Set it to a whole number from {minimum} to {maximum}.");

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        long? number = value switch
        {
            int small => small,
            long large => large,
            _ => null,
        };
        return number is not { } given || (given >= minimum && given <= maximum)
            ? ValidationResult.Success
            : new ValidationResult(SettingProblem.OutOfRange(validationContext, given.ToString(CultureInfo.InvariantCulture), Fix));
    }
}
