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

    public void Check(IConfigurationSection section, SettingShape shape, Type optionsType)
    {
        var problems = new List<string>();
        if (udpack is IConfigurationSection root)
        {
            foreach (var child in root.GetChildren())
            {
                if (!UdpackShapes.Sections.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                {
                    problems.Add(SettingProblem.UnknownKey(child.Path, root.Path, UdpackShapes.Sections));
                }
            }
        }

        CheckShape(section, shape, problems, optionsType);
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
