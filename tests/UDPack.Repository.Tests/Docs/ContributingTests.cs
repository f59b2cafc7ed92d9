using System.Diagnostics;
using System.Text.RegularExpressions;

namespace UDPack.Repository.Tests.Docs;

/// <summary>What CONTRIBUTING.md tells a contributor to type exists.</summary>
public sealed partial class ContributingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Every_command_it_names_is_one_of_the_script()
    {
        var (code, help) = await DevAsync("help");

        Assert.Equal(0, code);
        var known = Command().Matches(help).Select(static m => m.Groups[1].Value).ToHashSet();
        var named = Command().Matches(Checkout.Text("CONTRIBUTING.md")).Select(static m => m.Groups[1].Value).Distinct().ToArray();
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, known));
    }

    [Theory]
    [InlineData("no test has", "test", "NoTestHasThisName")]
    [InlineData("which seed?", "seed")]
    [InlineData("./dev core", "nonsense")]
    public async Task A_command_that_cannot_be_run_says_why(string message, params string[] arguments)
    {
        var (code, output) = await DevAsync(arguments);

        Assert.NotEqual(0, code);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("SECURITY.md")]
    [InlineData("CHANGELOG.md")]
    public void Its_links_lead_somewhere(string document)
    {
        var links = Link().Matches(Checkout.Text(document)).Select(static m => m.Groups[1].Value).Where(static l => !l.StartsWith("http", StringComparison.Ordinal));

        Assert.All(links, link => Assert.True(File.Exists(Path.Combine(Checkout.Root, link)), $"{document} links to {link}."));
    }

    private static async Task<(int Code, string Output)> DevAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Checkout.Root };
        start.ArgumentList.Add("dev");
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output + await errors);
    }

    [GeneratedRegex(@"\./dev ([a-z]+)")]
    private static partial Regex Command();

    [GeneratedRegex(@"\]\(([^)#]+)[^)]*\)")]
    private static partial Regex Link();
}
