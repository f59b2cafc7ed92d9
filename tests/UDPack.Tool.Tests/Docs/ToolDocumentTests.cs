using System.CommandLine;
using System.CommandLine.Help;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using UDPack.Tool.Dissector;
using UDPack.Tool.Help;
using UDPack.Tool.Keys;
using UDPack.Tool.Perf.Protocol;
using UDPack.Tool.Ping;
using UDPack.Tool.Pipes;
using UDPack.Tool.Serve;

namespace UDPack.Tool.Tests.Docs;

/// <summary>docs/tool.md is the reference of the command: nothing is missing there, and nothing is there that is not.</summary>
public sealed partial class ToolDocumentTests
{
    private static readonly string[] Lines = Repository.Read("docs/tool.md").ReplaceLineEndings("\n").Split('\n');

    /// <summary>The sections of commands, each with its lines.</summary>
    private static readonly Dictionary<string, List<string>> Sections = SectionsOf(Lines);

    [Fact]
    public void Every_command_has_a_section_and_every_section_a_command()
    {
        var commands = Commands().Select(command => command.Path).Order(StringComparer.Ordinal);

        Assert.Equal(commands, Sections.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_option_is_documented_and_every_documented_option_exists()
    {
        foreach (var (path, command) in Commands())
        {
            var options = command.Options.Where(option => option is not (HelpOption or VersionOption)).Select(option => option.Name);
            var documented = Sections[path].Select(line => OptionRow().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value);

            Assert.Equal((path, string.Join(' ', options.Order(StringComparer.Ordinal))), (path, string.Join(' ', documented.Order(StringComparer.Ordinal))));
        }
    }

    [Fact]
    public void Options_take_what_the_document_says()
    {
        foreach (var (path, command) in Commands())
        {
            foreach (var option in command.Options.Where(option => option is not (HelpOption or VersionOption)))
            {
                var text = option.ValueType == typeof(bool) ? option.Name : $"{option.Name} {option.HelpName}";
                Assert.Contains(Sections[path], line => line.StartsWith($"| `{text.Replace("|", "\\|", StringComparison.Ordinal)}` |", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Every_command_shows_examples_and_they_parse()
    {
        foreach (var (path, command) in Commands().Where(command => command.Command is ToolCommand))
        {
            var examples = ((ToolCommand)command).Examples;
            Assert.NotEmpty(examples);
            foreach (var example in examples)
            {
                // Only what stands between a pipe and a redirection is the tool's.
                var line = example.Split('|').Select(part => part.Split('>')[0].Trim()).Single(part => part.StartsWith("udpack ", StringComparison.Ordinal));
                Assert.Equal((path, example, ""), (path, example, string.Join(' ', UdpackCommand.Create().Parse(line["udpack ".Length..]).Errors.Select(error => error.Message))));
            }
        }
    }

    [Theory]
    [MemberData(nameof(JsonLines))]
    public void Every_field_of_json_is_documented_and_every_documented_field_exists(string path, JsonTypeInfo[] types)
    {
        var fields = types.SelectMany(type => type.Properties.Select(property => $"{Prefix(type)}{property.Name}")).Where(field => !field.EndsWith(".type", StringComparison.Ordinal));
        var documented = Sections[path].Select(line => FieldRow().Match(line)).Where(match => match.Success)
            .SelectMany(match => match.Groups[1].Value.Split(',').Select(name => name.Trim().Trim('`')));

        Assert.Equal(fields.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_exit_code_is_documented()
    {
        var codes = typeof(ExitCodes).GetFields().Select(field => $"| {field.GetValue(null)} |");

        Assert.All(codes, code => Assert.Single(Lines, line => line.StartsWith(code, StringComparison.Ordinal)));
    }

    public static TheoryData<string, JsonTypeInfo[]> JsonLines() => new()
    {
        { "udpack keygen", [KeygenJson.Default.KeygenReport] },
        { "udpack ping", [PingJson.Default.HandshakeLine, PingJson.Default.RoundTripLine, PingJson.Default.PingSummary] },
        {
            "udpack serve",
            [
                ServeJson.Default.ListeningLine, ServeJson.Default.ConnectedLine, ServeJson.Default.RefusedLine, ServeJson.Default.HandshakeStepLine,
                ServeJson.Default.StreamOpenedLine, ServeJson.Default.StreamEndedLine, ServeJson.Default.SessionSummary, ServeJson.Default.StoppingLine,
                ServeJson.Default.StoppedLine,
            ]
        },
        { "udpack send", [PipeJson.Default.PipeConnectedLine, PipeJson.Default.PipeSummary] },
        { "udpack listen", [PipeJson.Default.ListeningLine, PipeJson.Default.PipeConnectedLine, PipeJson.Default.PipeSummary, PipeJson.Default.PipeFailedLine] },
        { "udpack dissector", [DissectorJson.Default.DissectorReport] },
        { "udpack perf server", [PerfJson.Default.ListeningLine, PerfJson.Default.ServedMeasurement] },
    };

    /// <summary>The value of a line's own field "type", which stands before the names of its fields.</summary>
    private static string Prefix(JsonTypeInfo type)
    {
        var name = type.Properties.FirstOrDefault(property => property.Name == "type");
        var constructor = type.Type.GetConstructors().Single();
        var instance = constructor.Invoke([.. constructor.GetParameters().Select(parameter => parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null)]);
        return name is null ? "" : $"{name.Get!(instance)}.";
    }

    private static IEnumerable<(string Path, Command Command)> Commands()
    {
        var root = UdpackCommand.Create();
        return root.Subcommands.SelectMany(command => Below(root.Name, command));

        static IEnumerable<(string, Command)> Below(string parent, Command command) =>
            command.Subcommands.SelectMany(below => Below($"{parent} {command.Name}", below)).Prepend(($"{parent} {command.Name}", command));
    }

    private static Dictionary<string, List<string>> SectionsOf(string[] lines)
    {
        var sections = new Dictionary<string, List<string>>();
        List<string>? current = null;
        foreach (var line in lines)
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                current = CommandHeading().Match(line) is { Success: true } match ? sections[match.Groups[1].Value] = [] : null;
            }

            current?.Add(line);
        }

        return sections;
    }

    [GeneratedRegex("^## `(udpack [^`]+)`$")]
    private static partial Regex CommandHeading();

    [GeneratedRegex(@"^\| `(--[a-z-]+)[ `]")]
    private static partial Regex OptionRow();

    [GeneratedRegex(@"^\| ((?:`[a-zA-Z0-9.]+`(?:, )?)+) \|")]
    private static partial Regex FieldRow();
}
