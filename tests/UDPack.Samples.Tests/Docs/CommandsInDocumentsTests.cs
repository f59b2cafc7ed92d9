using System.Text.RegularExpressions;

namespace UDPack.Samples.Tests.Docs;

/// <summary>Commands in the documents name projects that exist.</summary>
public sealed partial class CommandsInDocumentsTests
{
    [Fact]
    public void Every_project_that_a_command_names_exists()
    {
        var commands = Repository.Documents()
            .SelectMany(document => Repository.Read(document).Split('\n').Select((line, index) => (Place: $"{document}:{index + 1}", Line: line)))
            .SelectMany(entry => Project().Matches(entry.Line).Select(match => (entry.Place, Project: match.Groups["path"].Value)))
            .ToList();
        Assert.NotEmpty(commands);
        Assert.Empty(commands.Where(command => !Exists(command.Project)).Select(command => $"{command.Place}: {command.Project}"));
    }

    // A folder with a project, or a project or solution itself.
    private static bool Exists(string path)
    {
        var full = Path.Combine(Repository.Root, path);
        return File.Exists(full) || (Directory.Exists(full) && Directory.EnumerateFiles(full, "*.csproj").Any());
    }

    [GeneratedRegex(@"dotnet run [^`|]*?--project (?<path>[\w./-]+)|dotnet (?:build|test|publish|pack) (?<path>[\w./-]*[\w./][\w./-]*)")]
    private static partial Regex Project();
}
