using UDPack.Tool.Tests.Running;

namespace UDPack.Tool.Tests;

/// <summary>What a mistake in the command line says: little, on standard error, with the way to more.</summary>
public sealed class CommandLineMistakesTests
{
    [Theory]
    [InlineData("Unrecognized command or argument '--pubilc-key'. Did you mean --public-key?", "ping", "127.0.0.1:9", "--pubilc-key", "--token", "a")]
    [InlineData("Unrecognized command or argument '--nonsense'.", "perf", "client", "127.0.0.1:9", "--nonsense")]
    [InlineData("Unrecognized command or argument 'pnig'. Did you mean ping?", "pnig")]
    [InlineData("'udpack --help' tells the commands and options.", "--nonsense")]
    [InlineData("'udpack perf client --help' tells the commands and options.", "perf", "client", "127.0.0.1:9", "--nonsense")]
    public async Task A_mistake_is_a_few_lines_on_standard_error(string expected, params string[] args)
    {
        var result = await ToolFolder.RunAsync(args);

        Assert.Equal((ExitCodes.Usage, ""), (result.Code, result.Output));
        var lines = result.Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 2, 4);
        Assert.Contains(expected, lines);
        Assert.EndsWith("--help' tells the commands and options.", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_without_its_subcommand_says_which_there_are()
    {
        var result = await ToolFolder.RunAsync(["perf"]);

        Assert.Equal(ExitCodes.Usage, result.Code);
        Assert.Equal("", result.Output);
        Assert.Contains("'udpack perf --help'", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_still_help_beside_a_mistake()
    {
        var result = await ToolFolder.RunAsync(["ping", "--nonsense", "--help"]);

        Assert.Equal((ExitCodes.Success, ""), (result.Code, result.Error));
        Assert.Contains("--public-key", result.Output, StringComparison.Ordinal);
    }
}
