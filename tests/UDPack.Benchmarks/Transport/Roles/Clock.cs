using System.Diagnostics;

namespace UDPack.Benchmarks.Transport.Roles;

/// <summary>Time that all processes of this machine read alike.</summary>
internal static class Clock
{
    /// <summary>Monotonic nanoseconds.</summary>
    public static long Nanos => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>Monotonic microseconds.</summary>
    public static long Micros => Nanos / 1_000;
}
