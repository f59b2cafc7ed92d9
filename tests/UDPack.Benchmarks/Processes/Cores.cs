using System.Diagnostics;

namespace UDPack.Benchmarks.Processes;

/// <summary>Which core a child runs on. A process inherits the core of the thread that starts it, so that all its threads stay there.</summary>
internal static class Cores
{
    public const int Any = -1;
    public const int Server = 0;
    public const int Client = 1;

    /// <summary>Runs <paramref name="start"/> with this thread on one core, where the system allows that.</summary>
    public static T StartOn<T>(int core, Func<T> start)
    {
        if (core == Any || !(OperatingSystem.IsLinux() || OperatingSystem.IsWindows()) || Environment.ProcessorCount < 2)
        {
            return start();
        }

        using var self = Process.GetCurrentProcess();
        var before = self.ProcessorAffinity;
        self.ProcessorAffinity = 1 << core;
        try
        {
            return start();
        }
        finally
        {
            self.ProcessorAffinity = before;
        }
    }
}
