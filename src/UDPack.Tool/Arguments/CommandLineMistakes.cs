using System.CommandLine;

namespace UDPack.Tool.Arguments;

/// <summary>
/// Says what is wrong with a command line: a line for each mistake and one with the way to the help, on standard error. The help
/// itself would push the mistake off the screen, and into the output of scripts.
/// </summary>
internal static class CommandLineMistakes
{
    public static async Task WriteAsync(ParseResult parsed, TextWriter error)
    {
        foreach (var message in parsed.Errors.Select(static mistake => mistake.Message).Distinct(StringComparer.Ordinal))
        {
            await error.WriteLineAsync(message + Suggestion(message, parsed)).ConfigureAwait(false);
        }

        await error.WriteLineAsync($"'{PathOf(parsed.CommandResult)} --help' tells the commands and options.").ConfigureAwait(false);
    }

    private static string PathOf(System.CommandLine.Parsing.CommandResult result) =>
        result.Parent is System.CommandLine.Parsing.CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : result.Command.Name;

    private static string Suggestion(string message, ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.FirstOrDefault(token => message.Contains($"'{token}'", StringComparison.Ordinal)) is not { Length: > 1 } token)
        {
            return "";
        }

        var command = parsed.CommandResult.Command;
        IEnumerable<Symbol> symbols = token.StartsWith('-') ? command.Options : command.Subcommands;
        var nearest = symbols.Select(static symbol => symbol.Name).MinBy(name => Distance(token, name));
        return nearest is not null && Distance(token, nearest) <= Math.Max(2, nearest.Length / 3) ? $" Did you mean {nearest}?" : "";
    }

    // Levenshtein with one row.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
