using System.Diagnostics;
using System.Runtime.InteropServices;
using UDPack.Sockets.Linux;

namespace UDPack.Tests.Sockets;

/// <summary>
/// A network of one thread: sockets that the thread opens belong to it, also when others use them. It has a loopback of its own and nothing
/// else, and vanishes with the thread and those sockets.
/// </summary>
internal static class NetworkNamespace
{
    private const int NewNetwork = 0x4000_0000;

    /// <summary>Why there is none here; null if there is.</summary>
    public static string? Missing { get; } = Probe();

    /// <summary>Runs a shell command and then the work in a network of their own.</summary>
    public static Task RunAsync(string setUp, Func<Task> work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                if (unshare(NewNetwork) != 0)
                {
                    throw new InvalidOperationException($"No network namespace: error {Marshal.GetLastPInvokeError()}.");
                }

                Shell(setUp);
                work().GetAwaiter().GetResult();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        thread.UnsafeStart();
        return done.Task;
    }

    /// <summary>Runs a shell command in this thread's network.</summary>
    public static void Shell(string command)
    {
        using var shell = Process.Start("/bin/sh", ["-ec", command]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    /// <summary>This thread's number, by which <c>ip link set … netns</c> knows its network.</summary>
    public static string ThreadNumber() => Path.GetFileName(File.ResolveLinkTarget("/proc/thread-self", returnFinalTarget: false)!.FullName);

    /// <summary>How many fragments this thread's network has made of datagrams, of both families. To be called on the thread of the work.</summary>
    public static long FragmentsMade()
    {
        var four = File.ReadLines("/proc/thread-self/net/snmp").Where(static line => line.StartsWith("Ip:", StringComparison.Ordinal)).Select(static line => line.Split(' ')).ToArray();
        var six = File.ReadLines("/proc/thread-self/net/snmp6").First(static line => line.StartsWith("Ip6FragCreates", StringComparison.Ordinal));
        return Number(four[1][Array.IndexOf(four[0], "FragCreates")]) + Number(six.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

        static long Number(string text) => long.Parse(text.Trim(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string? Probe()
    {
        if (!LinuxDatagramSocket.IsSupported)
        {
            return "needs network namespaces, which only Linux has";
        }

        try
        {
            RunAsync("ip link set lo up", static () => Task.CompletedTask).GetAwaiter().GetResult();
            return null;
        }
        catch (Exception exception)
        {
            return $"needs the right to make network namespaces, and ip: {exception.Message}";
        }
    }

    // Of the calling thread only; the C library's name.
#pragma warning disable IDE1006, SYSLIB1054
    [DllImport("libc", SetLastError = true)]
    private static extern int unshare(int flags);
#pragma warning restore IDE1006, SYSLIB1054
}

/// <summary>A fact in network namespaces; skipped with a reason where none can be made.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NamespaceFactAttribute : FactAttribute
{
    public NamespaceFactAttribute() => Skip = NetworkNamespace.Missing;
}

/// <summary>A theory in network namespaces; skipped with a reason where none can be made.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NamespaceTheoryAttribute : TheoryAttribute
{
    public NamespaceTheoryAttribute() => Skip = NetworkNamespace.Missing;
}
