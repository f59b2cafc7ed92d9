namespace UDPack.Handshakes;

/// <summary>Ten log lines a second for what peers can cause: what they do must not fill a disk. Thread-safe.</summary>
internal sealed class LogLimit(TimeProvider time)
{
    private const int PerSecond = 10;

    private long _second;
    private int _count;

    public bool Allows()
    {
        var second = time.GetTimestamp() / time.TimestampFrequency;
        if (Interlocked.Exchange(ref _second, second) != second)
        {
            Volatile.Write(ref _count, 0);
        }

        return Interlocked.Increment(ref _count) <= PerSecond;
    }
}
