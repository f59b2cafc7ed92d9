using System.Text.RegularExpressions;

namespace UDPack.Samples.Tests.Docs;

/// <summary>Links between documents lead somewhere.</summary>
public sealed partial class LinksTests
{
    [Fact]
    public void Every_link_to_a_file_finds_it()
    {
        var broken = new List<string>();
        foreach (var document in Repository.Documents())
        {
            var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
            broken.AddRange(Link().Matches(Repository.Read(document))
                .Select(match => match.Groups[1].Value)
                .Where(target => !target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(folder, target)))
                .Select(target => $"{document}: {target}"));
        }

        Assert.Empty(broken);
    }

    [GeneratedRegex(@"\]\(([^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex Link();
}
