using UDPack.Tool.Perf.Protocol;

namespace UDPack.Tool.Perf.Transfers;

/// <summary>Counts what goes one way, and when the last of it went. Thread-safe.</summary>
internal sealed class TransferMeter(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _last = time.GetTimestamp();
    private long _packets;
    private long _bytes;

    public long Packets => Interlocked.Read(ref _packets);

    public long Bytes => Interlocked.Read(ref _bytes);

    public TransferTotals Totals => new(Packets, Bytes, time.GetElapsedTime(_start, Volatile.Read(ref _last)).TotalSeconds);

    public void Add(int bytes)
    {
        Interlocked.Increment(ref _packets);
        Interlocked.Add(ref _bytes, bytes);
        Volatile.Write(ref _last, time.GetTimestamp());
    }
}
