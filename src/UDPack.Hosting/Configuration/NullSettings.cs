using Microsoft.Extensions.Configuration;

namespace UDPack.Hosting.Configuration;

/// <summary>Tells a setting that is null, or empty as in an environment variable, from one that is absent. The binder keeps the default for both.</summary>
internal static class NullSettings
{
    public static bool IsGivenAsNull(this IConfigurationSection section, string group, string name) =>
        section.GetSection(group).GetChildren().Any(child =>
            child.Key.Equals(name, StringComparison.OrdinalIgnoreCase) && string.IsNullOrEmpty(child.Value));
}
