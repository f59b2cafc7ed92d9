using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace UDPack.Tool.Arguments;

/// <summary>How values of options are read.</summary>
internal static class OptionValues
{
    // Out of every range.
    private const int Unreadable = -1;

    /// <summary>A number of bytes in a range.</summary>
    public static Option<long?> Bytes(string name, string description, long min, long max) => InRange(
        new Option<long?>(name) { Description = description, HelpName = "N", CustomParser = result => ByteCount.TryParse(Value(result)) ?? Unreadable },
        value => value >= min && value <= max,
        FormattableString.Invariant($"{name} takes {min:N0} to {max:N0} bytes, with a suffix if you like: {ByteCount.Suffixes}."));

    /// <summary>A number in a range.</summary>
    public static Option<double?> Number(string name, string helpName, string description, double min, double max, bool isWhole = false) => InRange(
        new Option<double?>(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result => double.TryParse(Value(result), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : Unreadable,
        },
        value => value >= min && value <= max && (!isWhole || value == Math.Floor(value.Value)),
        FormattableString.Invariant($"{name} takes {(isWhole ? "a whole number, " : "")}{min:#,0.###} to {max:N0}."));

    public static string Value(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";

    public static T? Fail<T>(ArgumentResult result, string message)
    {
        result.AddError(message);
        return default;
    }

    // Not an error of the parser: the command's own validator reads values before it knows whether they are valid, and would throw that error.
    private static Option<T?> InRange<T>(Option<T?> option, Predicate<T?> isValid, string message)
        where T : struct
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !isValid(result.GetValueOrDefault<T?>()))
            {
                result.AddError(message);
            }
        });
        return option;
    }
}
