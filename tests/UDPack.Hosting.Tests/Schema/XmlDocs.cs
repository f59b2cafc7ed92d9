using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace UDPack.Hosting.Tests.Schema;

/// <summary>The summaries of the library's public members, as plain text.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<string, string> _summaries;

    public XmlDocs(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        _summaries = XDocument.Load(file).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Text(member.Element("summary")!));
    }

    public string? Of(Type type) => _summaries.GetValueOrDefault($"T:{type.FullName}");

    public string? Of(MemberInfo property) => _summaries.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private static string Text(XElement summary) =>
        Spaces().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement see when see.Attribute("cref") is { } target => target.Value.Split((char[])['.', ':'])[^1],
        XElement element => element.Value,
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
