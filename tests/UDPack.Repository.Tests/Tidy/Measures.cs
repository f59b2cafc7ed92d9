using System.Text.RegularExpressions;

namespace UDPack.Repository.Tests.Tidy;

/// <summary>Numbers of the source tree that say how well it can be read; each may only fall.</summary>
internal static partial class Measures
{
    /// <summary>Partial declarations that a source generator completes are none of ours.</summary>
    private static readonly string[] Generators = ["[LoggerMessage(", "[GeneratedRegex(", "[LibraryImport(", "[OptionsValidator]", "JsonSerializerContext"];

    public static SortedDictionary<string, long> All()
    {
        var measures = new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            ["longest file of src, lines"] = Longest("src"),
            ["longest file of tests, lines"] = Longest("tests"),
            ["longest line, characters"] = Code("src", "tests", "samples").Max(static f => File.ReadLines(f).Max(static l => (long)l.Length)),
            ["partial types not generated, files"] = Code("src").Count(IsPartial),
            ["friend assemblies"] = Checkout.Files("src", "*.csproj").Sum(static f => (long)Friend().Count(File.ReadAllText(f))),
            ["friends that are shipped"] = Checkout.Files("src", "*.csproj").Sum(static f => (long)Friend().Matches(File.ReadAllText(f)).Count(IsShipped)),
            ["UnsafeAccessor in tests"] = Code("tests").Sum(static f => (long)Accessor().Count(File.ReadAllText(f))),
            ["files of the tool"] = Code("src/UDPack.Tool").Count(),
        };
        foreach (var project in Directory.EnumerateDirectories(Path.Combine(Checkout.Root, "src")).Where(static p => Directory.EnumerateFiles(p, "*.csproj").Any()))
        {
            measures[$"files at the root of {Path.GetFileName(project)}"] = Directory.EnumerateFiles(project, "*.cs").Count();
        }

        return measures;
    }

    private static IEnumerable<string> Code(params string[] folders) => folders.SelectMany(static folder => Checkout.Files(folder, "*.cs"));

    private static long Longest(string folder) => Code(folder).Max(static f => (long)File.ReadLines(f).Count());

    private static bool IsPartial(string file)
    {
        var text = File.ReadAllText(file);
        return Partial().IsMatch(text) && !Generators.Any(text.Contains);
    }

    private static bool IsShipped(Match friend) => !friend.Groups["name"].Value.EndsWith(".Tests", StringComparison.Ordinal) && friend.Groups["name"].Value != "UDPack.Benchmarks";

    [GeneratedRegex(@"^\s*(public|internal|private|file)?[a-z ]*\bpartial (class|struct|record|interface)\b", RegexOptions.Multiline)]
    private static partial Regex Partial();

    [GeneratedRegex(@"InternalsVisibleTo Include=""(?<name>[^""]+)""")]
    private static partial Regex Friend();

    [GeneratedRegex(@"\[UnsafeAccessor\(")]
    private static partial Regex Accessor();
}
