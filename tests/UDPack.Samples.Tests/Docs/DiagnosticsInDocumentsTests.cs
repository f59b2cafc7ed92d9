using System.Text.RegularExpressions;

namespace UDPack.Samples.Tests.Docs;

/// <summary>The documents list every log event and every metric of the source.</summary>
public sealed partial class DiagnosticsInDocumentsTests
{
    private static readonly IReadOnlyList<string> Sources =
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Select(File.ReadAllText)];

    [Fact]
    public void Every_log_event_is_in_the_table_with_level_and_text()
    {
        var events = Sources.SelectMany(source => LoggerMessage().Matches(source)).ToList();
        Assert.NotEmpty(events);
        Assert.Equal(events.Count, events.DistinctBy(match => match.Groups["id"].Value).Count());
        // Every message has an id, level and text in this form; another form would not be found here.
        Assert.Equal(events.Count, Sources.Sum(source => LoggerMessageAttribute().Count(source)));

        var expected = events.Select(match => $"{match.Groups["id"].Value} {match.Groups["level"].Value} {match.Groups["text"].Value}");
        var listed = EventRow().Matches(Repository.Read("docs/diagnostics.md"))
            .Select(match => $"{match.Groups["id"].Value} {match.Groups["level"].Value} {match.Groups["text"].Value}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_metric_is_in_the_table()
    {
        var spans = Spans();
        var expected = Sources.SelectMany(source => Metric().Matches(source)).Select(match => match.Groups["name"].Value).Distinct().Except(spans);
        var listed = MetricRow().Matches(Repository.Read("docs/operations.md")).Select(match => match.Groups["name"].Value);
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_span_is_in_the_table()
    {
        var listed = SpanRow().Matches(Repository.Read("docs/diagnostics.md")).Select(match => match.Groups["name"].Value);
        Assert.NotEmpty(Spans());
        Assert.Equal(Spans().Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_error_is_in_the_table()
    {
        var document = Repository.Read("docs/diagnostics.md");

        Assert.All(Enum.GetNames<UdpackError>(), error => Assert.Contains($"\n| `{error}` |", document, StringComparison.Ordinal));
    }

    private static string[] Spans() => [.. Sources.SelectMany(source => Span().Matches(source)).Select(match => match.Groups["name"].Value).Distinct()];

    [GeneratedRegex("""
        (?:\w+Span = |(?:StartActivity|TryStart)\(\s*)"(?<name>udpack\.[a-z_.]+)"
        """)]
    private static partial Regex Span();

    [GeneratedRegex(@"^\| `(?<name>udpack\.[a-z_.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex SpanRow();

    [GeneratedRegex("""\[LoggerMessage\((?<id>\d+), LogLevel\.(?<level>\w+), "(?<text>[^"]*)"\)\]""")]
    private static partial Regex LoggerMessage();

    [GeneratedRegex(@"\[LoggerMessage\b")]
    private static partial Regex LoggerMessageAttribute();

    [GeneratedRegex(@"^\| (?<id>\d+) \| (?<level>\w+) \| (?<text>[^|]*) \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex EventRow();

    [GeneratedRegex("""
        "(?<name>udpack\.(?:server|client)\.[a-z_.]+)"
        """)]
    private static partial Regex Metric();

    [GeneratedRegex(@"^\| `(?<name>udpack\.[a-z_.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex MetricRow();
}
