using System.Globalization;
using System.Runtime;

namespace UDPack.Benchmarks.Processes;

/// <summary>What this process holds right after a full, compacting collection.</summary>
internal static class ProcessMemory
{
    /// <summary>Live managed bytes, and the bytes of the process in memory.</summary>
    public static long[] Measure()
    {
        for (var i = 0; i < 3; i++)
        {
            GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return [GC.GetTotalMemory(false), Resident()];
    }

    private static long Resident()
    {
        const string Rollup = "/proc/self/smaps_rollup";
        if (!File.Exists(Rollup))
        {
            return Environment.WorkingSet;
        }

        // The proportional share: pages of shared libraries do not count in full.
        var line = File.ReadLines(Rollup).First(line => line.StartsWith("Pss:", StringComparison.Ordinal));
        var kilobytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kilobytes, CultureInfo.InvariantCulture) * 1024;
    }
}
