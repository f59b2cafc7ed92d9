using System.Numerics;

namespace UDPack.Tool.Perf.Transfers;

/// <summary>
/// Times in buckets that grow with the times, as HDR histograms have them: fixed size, no allocation per value, and no value off by
/// more than 1/128. Nanoseconds. Recording is thread-safe; the figures are for afterwards.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 7;
    private const int SubBuckets = 1 << SubBits;

    private readonly long[] _counts = new long[IndexOf(long.MaxValue) + 1];
    private long _count;
    private long _min = long.MaxValue;
    private long _max;

    public long Count => Interlocked.Read(ref _count);

    public long Min => Count == 0 ? 0 : _min;

    public long Max => _max;

    public void Record(long nanoseconds)
    {
        var value = Math.Max(0, nanoseconds);
        Interlocked.Increment(ref _counts[IndexOf(value)]);
        Interlocked.Increment(ref _count);
        for (var seen = _max; value > seen && Interlocked.CompareExchange(ref _max, value, seen) != seen; seen = _max)
        {
        }

        for (var seen = _min; value < seen && Interlocked.CompareExchange(ref _min, value, seen) != seen; seen = _min)
        {
        }
    }

    /// <summary>The time that this share of all values, 0 to 1, does not exceed; 0 if there is none.</summary>
    public long Percentile(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        var seen = 0L;
        for (var index = 0; index < _counts.Length; index++)
        {
            seen += _counts[index];
            if (seen >= rank)
            {
                return Math.Clamp(HighestOf(index), Min, _max);
            }
        }

        return _max;
    }

    private static int IndexOf(long value)
    {
        // Below twice SubBuckets every value has its own; above, each power of two is divided into SubBuckets.
        var shift = Math.Max(0, BitOperations.Log2((ulong)value) - SubBits);
        return (shift << SubBits) + (int)(value >> shift);
    }

    private static long HighestOf(int index)
    {
        var shift = Math.Max(0, (index >> SubBits) - 1);
        var mantissa = (long)index - (shift << SubBits);
        return ((mantissa + 1) << shift) - 1;
    }
}
