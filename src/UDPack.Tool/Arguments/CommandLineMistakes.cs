using System.CommandLine;
using UDPack.Hosting.Configuration;

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
        return NearestName.Find(token, symbols.Select(static symbol => symbol.Name)) is { } nearest ? $" Did you mean {nearest}?" : "";
    }
}
