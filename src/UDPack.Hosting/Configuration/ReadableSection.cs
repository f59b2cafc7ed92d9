using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace UDPack.Hosting.Configuration;

/// <summary>A section without the keys that cannot be read, so that the rest can be bound and judged in the same go.</summary>
internal sealed class ReadableSection(IConfigurationSection section, ShapeReport report) : IConfigurationSection
{
    public string Key => section.Key;

    public string Path => section.Path;

    public string? Value
    {
        get => report.IsUnreadable(Path) ? null : section.Value;
        set => section.Value = value;
    }

    public string? this[string key]
    {
        get => GetSection(key).Value;
        set => section[key] = value;
    }

    public IConfigurationSection GetSection(string key) => new ReadableSection(section.GetSection(key), report);

    public IEnumerable<IConfigurationSection> GetChildren() =>
        report.IsUnreadable(Path) ? [] : section.GetChildren().Where(child => !report.IsUnreadable(child.Path)).Select(child => new ReadableSection(child, report));

    public IChangeToken GetReloadToken() => section.GetReloadToken();
}
