namespace UDPack.Handshakes;

/// <summary>So many log lines a second for what peers can cause: what they do must not fill a disk. Thread-safe.</summary>
internal sealed class LogLimit(TimeProvider time, int perSecond = 10)
{
    private long _second;
    private int _count;
    private long _skipped;

    public bool Allows()
    {
        var second = time.GetTimestamp() / time.TimestampFrequency;
        if (Interlocked.Exchange(ref _second, second) != second)
        {
            Volatile.Write(ref _count, 0);
        }

        if (Interlocked.Increment(ref _count) <= perSecond)
        {
            return true;
        }

        Interlocked.Increment(ref _skipped);
        return false;
    }

    /// <summary>How many were not allowed since the last call; for lines that say so.</summary>
    public long TakeSkipped() => Interlocked.Exchange(ref _skipped, 0);
}
