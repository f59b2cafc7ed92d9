using System.Text.RegularExpressions;
using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests;

public sealed partial class QuickstartTests
{
    [Fact]
    public async Task Shows_every_part_and_ends_well()
    {
        await using var quickstart = Program.Start("samples/Quickstart", Path.GetTempPath(), []);

        Assert.Equal(0, await quickstart.ExitAsync());
        Assert.Empty(quickstart.Error);
        var chapters = Chapters(quickstart.Output);
        Assert.Equal(6, chapters.Count);

        Assert.Contains(chapters[0], line => line.StartsWith("   listening on udp://127.0.0.1:", StringComparison.Ordinal));

        Assert.Equal(
            [
                "client sends shakehand OPEN",
                "server receives shakehand INIT",
                "server sends handshake OPEN",
                "client receives handshake READY",
                "client sends confirmation READY",
                "server receives confirmation READY",
            ],
            Steps(chapters[1]));

        Assert.Contains(chapters[2], line => line.EndsWith("\"hello\" came back", StringComparison.Ordinal));
        Assert.Contains(chapters[2], line => line.Contains("10,000 packets of 1,000 bytes came back in order", StringComparison.Ordinal));

        Assert.Equal(
            ["client sends shakehand OPEN", "server receives shakehand INIT", "server sends handshake CLOSE", "client receives handshake CLOSE"],
            Steps(chapters[3]));
        Assert.Contains(chapters[3], line => line.StartsWith("   AuthenticationFailed: The server at udp://127.0.0.1:", StringComparison.Ordinal));

        Assert.Equal(
            ["client sends shakehand OPEN", "client sends shakehand OPEN", "client sends shakehand OPEN", "client gives up no CLOSE"],
            Steps(chapters[4]));
        Assert.Contains(chapters[4], line => line.Contains("attempt 3", StringComparison.Ordinal));
        Assert.Contains(chapters[4], line => ConnectTimeout().IsMatch(line));

        Assert.Contains(chapters[5], line => line.Contains("said goaway", StringComparison.Ordinal) && line.EndsWith("ClosedByPeer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_tables_are_aligned()
    {
        await using var quickstart = Program.Start("samples/Quickstart", Path.GetTempPath(), []);
        await quickstart.ExitAsync();

        var column = 0;
        foreach (var line in quickstart.Output)
        {
            if (line.EndsWith("session id  state", StringComparison.Ordinal))
            {
                column = line.Length - "state".Length;
            }
            else if (Step().IsMatch(line))
            {
                Assert.Matches("^(OPEN|INIT|READY|CLOSE)$", line[column..]);
            }
        }

        Assert.NotEqual(0, column);
    }

    private static List<List<string>> Chapters(IEnumerable<string> output)
    {
        var chapters = new List<List<string>>();
        foreach (var line in output)
        {
            if (Title().IsMatch(line))
            {
                chapters.Add([]);
            }
            else if (chapters.Count > 0)
            {
                chapters[^1].Add(line);
            }
        }

        return chapters;
    }

    private static IEnumerable<string> Steps(IEnumerable<string> lines) => lines
        .Select(line => Step().Match(line))
        .Where(match => match.Success)
        .Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value} {match.Groups[3].Value} {match.Groups[4].Value}");

    [GeneratedRegex(@"^\d\. ")]
    private static partial Regex Title();

    [GeneratedRegex(@"^ +\d+\.\d\d ms  (client|server) +(sends|receives|gives up) +(\w+) .* (\w+)$")]
    private static partial Regex Step();

    [GeneratedRegex(@"^   ConnectTimeout: No connection to udp://127\.0\.0\.1:\d+ after 3 attempts in \d+\.\d s\. ")]
    private static partial Regex ConnectTimeout();
}
