using System.Text.RegularExpressions;

namespace UDPack.Samples.Tests.Docs;

/// <summary>Links between documents lead somewhere: to a file that is there, and to a heading in it.</summary>
public sealed partial class LinksTests
{
    [Fact]
    public void Every_link_finds_its_file_and_heading()
    {
        var anchors = new Dictionary<string, HashSet<string>>();
        var broken = new List<string>();
        foreach (var document in Repository.Documents())
        {
            var here = Path.Combine(Repository.Root, document);
            foreach (var (line, number) in LinesOutsideOfCode(Repository.Read(document)))
            {
                broken.AddRange(Link().Matches(line)
                    .Where(link => !link.Groups["path"].Value.Contains("://", StringComparison.Ordinal) && !LeadsSomewhere(link, here))
                    .Select(link => $"{document}:{number}: {link.Value}"));
            }
        }

        Assert.Empty(broken);

        bool LeadsSomewhere(Match link, string here)
        {
            var path = link.Groups["path"].Value;
            var file = path.Length == 0 ? here : Path.Combine(Path.GetDirectoryName(here)!, path);
            var heading = link.Groups["heading"].Value;
            if (!Path.Exists(file) || heading.Length == 0 || Path.GetExtension(file) != ".md")
            {
                return Path.Exists(file);
            }

            if (!anchors.TryGetValue(file, out var known))
            {
                anchors[file] = known = [.. Anchors(File.ReadAllText(file))];
            }

            return known.Contains(heading);
        }
    }

    [Theory]
    [InlineData("## Server: Udpack:Server", "server-udpackserver")]
    [InlineData("## What works, what does not yet", "what-works-what-does-not-yet")]
    [InlineData("### `UdpackError` and *others*", "udpackerror-and-others")]
    [InlineData("## Connected — but not sending", "connected--but-not-sending")]
    public void Headings_have_the_anchors_that_github_gives_them(string heading, string anchor) => Assert.Equal([anchor], Anchors(heading));

    private static IEnumerable<string> Anchors(string text)
    {
        var seen = new Dictionary<string, int>();
        foreach (var (line, _) in LinesOutsideOfCode(text))
        {
            if (Heading().Match(line) is { Success: true } heading)
            {
                var plain = LinkText().Replace(heading.Groups["text"].Value.Trim(), "$1");
                var anchor = NotInAnchors().Replace(plain, "").Replace(' ', '-').ToLower(System.Globalization.CultureInfo.InvariantCulture);
                var count = seen[anchor] = seen.GetValueOrDefault(anchor, -1) + 1;
                yield return count == 0 ? anchor : $"{anchor}-{count}";
            }
        }
    }

    private static IEnumerable<(string Line, int Number)> LinesOutsideOfCode(string text)
    {
        var isCode = false;
        foreach (var (index, line) in text.ReplaceLineEndings("\n").Split('\n').Index())
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
            }
            else if (!isCode)
            {
                yield return (line, index + 1);
            }
        }
    }

    [GeneratedRegex(@"\]\((?<path>[^)#\s]*)(?:#(?<heading>[^)\s]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6} (?<text>.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"[^\p{L}\p{N}_ -]")]
    private static partial Regex NotInAnchors();
}
