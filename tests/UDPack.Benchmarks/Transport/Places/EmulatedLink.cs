using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace UDPack.Benchmarks.Transport.Places;

/// <summary>
/// Two network namespaces with an emulated link between them, new for each measurement, so that the kernel remembers nothing of
/// the one before. The emulator is a program of its own; the environment variable UDPACK_NETLAB holds its path.
/// </summary>
internal sealed class EmulatedLink : Place
{
    private const string Variable = "UDPACK_NETLAB";

    // Seconds after which it ends by itself, should this program be killed.
    private const string LongestLife = "600";

    // Beside the server, whose receiving costs less than the client's sending. Left to the system it settles on the client's core now
    // and then, and with its real-time priority takes a third of what a sender with a system call per datagram gets there.
    private const string Core = "0";

    private readonly string _lab;

    public EmulatedLink(string settings)
    {
        var (status, output) = Run(["up", "-q", "--cpu", Core, "--ttl", LongestLife, .. settings.Split(' ')]);
        if (status != 0)
        {
            throw new InvalidOperationException($"The emulator did not start (exit status {status}).");
        }

        _lab = output.Trim();
    }

    public override string ServerAddress => $"10.77.{int.Parse(_lab.AsSpan("lab".Length), CultureInfo.InvariantCulture)}.2";

    public override IReadOnlyList<string> ServerLauncher => [Command!, "exec", _lab, "server", "--"];

    public override IReadOnlyList<string> ClientLauncher => [Command!, "exec", _lab, "client", "--"];

    private static string? Command => Environment.GetEnvironmentVariable(Variable);

    /// <summary>Why there can be no emulated link here; null if there can.</summary>
    public static string? FindObstacle()
    {
        if (string.IsNullOrEmpty(Command))
        {
            return $"{Variable} does not name the link emulator";
        }

        if (!File.Exists(Command))
        {
            return $"{Variable} names {Command}, which does not exist";
        }

        var (status, output) = Run(["up", "-q", "--cpu", Core]);
        if (status != 0)
        {
            return $"the link emulator cannot run here (exit status {status})";
        }

        Run(["down", output.Trim()]);
        return null;
    }

    public override LinkHealth? ReadHealth()
    {
        using var json = JsonDocument.Parse(Run(["stats", _lab]).Output);
        var directions = new[] { json.RootElement.GetProperty("c2s"), json.RootElement.GetProperty("s2c") };
        return new LinkHealth(
            directions.Max(direction => direction.GetProperty("late_p99_us").GetInt64()),
            directions.Sum(direction => direction.GetProperty("tun_overrun").GetInt64()));
    }

    public override void Dispose() => Run(["down", _lab]);

    private static (int Status, string Output) Run(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Command!, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadLine() ?? "";
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
