using Microsoft.Extensions.Configuration;

namespace UDPack.Hosting.Configuration;

/// <summary>Where the settings come from: the section given in code, else "Udpack" of the host's configuration, else nowhere.</summary>
internal sealed class UdpackConfiguration(IConfiguration? udpack)
{
    public const string RootName = "Udpack";

    public IConfiguration? Root => udpack;

    public IConfigurationSection? Server => udpack?.GetSection("Server");

    public IConfigurationSection? Keys => udpack?.GetSection("Keys");

    public string ServerPath => Server?.Path ?? "Udpack:Server";

    public string KeysPath => Keys?.Path ?? "Udpack:Keys";

    /// <summary>Adds the sections that stand beside Server, Keys and Clients by mistake.</summary>
    public void CheckSections(List<string> problems)
    {
        if (udpack is IConfigurationSection root)
        {
            problems.AddRange(root.GetChildren()
                .Where(child => !UdpackShapes.Sections.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                .Select(child => SettingProblem.UnknownKey(child.Path, root.Path, UdpackShapes.Sections)));
        }
    }

    /// <summary>The section as the binder can read it, and in the report what it must not see.</summary>
    public static IConfigurationSection Readable(IConfigurationSection section, SettingShape shape, ShapeReport report)
    {
        shape.Check(section, report);
        return report.Problems.Count == 0 ? section : new ReadableSection(section, report);
    }
}
