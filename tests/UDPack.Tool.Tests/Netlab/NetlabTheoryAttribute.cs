namespace UDPack.Tool.Tests.Netlab;

/// <summary>A test over a link between two network namespaces, which a program emulates that the environment variable UDPACK_NETLAB names. Skipped without it.</summary>
internal sealed class NetlabTheoryAttribute : TheoryAttribute
{
    private static readonly string? Obstacle = FindObstacle();

    public NetlabTheoryAttribute() => Skip = Obstacle;

    /// <summary>The emulator's path.</summary>
    public static string? Command => Environment.GetEnvironmentVariable("UDPACK_NETLAB");

    private static string? FindObstacle()
    {
        if (string.IsNullOrEmpty(Command) || !File.Exists(Command))
        {
            return "UDPACK_NETLAB does not name the link emulator";
        }

        using var up = Output.Of(Command, "up", "-q", "--ttl", "60");
        var lab = up.ReadToEnd();
        if (up.ExitCode != 0)
        {
            return $"the link emulator cannot run here (exit code {up.ExitCode}); it needs root and /dev/net/tun";
        }

        using var down = Output.Of(Command, "down", lab.Trim());
        down.ReadToEnd();
        return null;
    }
}
