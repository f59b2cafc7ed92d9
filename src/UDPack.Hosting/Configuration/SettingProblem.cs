using System.ComponentModel.DataAnnotations;

namespace UDPack.Hosting.Configuration;

/// <summary>The one wording of what is wrong with a setting: key, value, fix.</summary>
internal static class SettingProblem
{
    // The validators are called with the section's path as the options' name, so the display name is the
    // key with dots in place of colons.
    public static string OutOfRange(ValidationContext context, string value, string fix) =>
        BadValue(context.DisplayName.Replace('.', ':'), value, fix);

    public static string BadValue(string key, string value, string fix) => $"{key} has the invalid value '{value}'. {fix}";

    public static string UnknownKey(string key, string parent, IEnumerable<string> known)
    {
        var name = key[(parent.Length + 1)..];
        return NearestName.Find(name, known) is { } nearest
            ? $"{key} is not a known setting. Did you mean {parent}:{nearest}?"
            : $"{key} is not a known setting. {parent} has: {string.Join(", ", known)}.";
    }
}
