using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace UDPack.Hosting.Configuration;

/// <summary>As <see cref="NumberRangeAttribute"/>, for numbers with a fraction.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DecimalRangeAttribute(double minimum, double maximum) : ValidationAttribute
{
    public double Minimum => minimum;

    public double Maximum => maximum;

    public string Fix => string.Create(CultureInfo.InvariantCulture, $"Set it to a number from {minimum} to {maximum}.");

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is not double number || (number >= minimum && number <= maximum)
            ? ValidationResult.Success
            : new ValidationResult(SettingProblem.OutOfRange(validationContext, number.ToString(CultureInfo.InvariantCulture), Fix));
}
