using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

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

    public static void CheckShape(IConfigurationSection section, SettingShape shape, List<string> problems, Type optionsType)
    {
        shape.Check(section, problems);
        if (problems.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, optionsType, problems);
        }
    }
}
