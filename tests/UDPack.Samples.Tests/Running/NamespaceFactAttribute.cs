using System.Diagnostics;

namespace UDPack.Samples.Tests.Running;

/// <summary>A test in a network namespace of its own; skipped where none can be made.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NamespaceFactAttribute : FactAttribute
{
    /// <summary>The command that runs another in a network without IPv6, after what a container's runtime does.</summary>
    internal static string[] WithoutIPv6 { get; } =
    [
        "unshare", "--map-root-user", "--net", "sh", "-ec",
        "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6; ip link set lo up; exec \"$0\" \"$@\"",
    ];

    private static readonly Lazy<string?> Missing = new(Probe);

    public NamespaceFactAttribute() => Skip = Missing.Value;

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "needs network namespaces, which only Linux has";
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo(WithoutIPv6[0], [.. WithoutIPv6[1..], "true"]) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"needs the right to make network namespaces: {process.StandardError.ReadToEnd().Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "needs unshare";
        }
    }
}
