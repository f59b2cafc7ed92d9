using Microsoft.Extensions.Configuration;

namespace UDPack.Hosting.Configuration;

/// <summary>A section's values by their full keys, to see what a reload changed.</summary>
internal static class SettingValues
{
    public static Dictionary<string, string?> Of(IConfigurationSection? section) =>
        (section?.AsEnumerable() ?? [])
            .Where(pair => pair.Value is not null)
            .ToDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The keys whose values are not the same in both, in order.</summary>
    public static string[] Differences(Dictionary<string, string?> values, Dictionary<string, string?> others) =>
    [
        .. values.Keys.Union(others.Keys, StringComparer.OrdinalIgnoreCase)
            .Where(key => values.GetValueOrDefault(key) != others.GetValueOrDefault(key))
            .Order(StringComparer.Ordinal),
    ];
}
