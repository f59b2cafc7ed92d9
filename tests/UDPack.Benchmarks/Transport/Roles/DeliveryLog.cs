namespace UDPack.Benchmarks.Transport.Roles;

/// <summary>How much was delivered when. Written by the one bulk transfer that runs, read by the command loop.</summary>
internal sealed class DeliveryLog
{
    private const long SlotMicros = 10_000;
    private const int Slots = 360_000;

    private readonly long _start = Clock.Micros / SlotMicros;
    private readonly long[] _bytes = new long[Slots];
    private readonly long[] _messages = new long[Slots];
    private long _faulty;

    public void Add(int bytes, bool isIntact)
    {
        var slot = (Clock.Micros / SlotMicros) - _start;
        _bytes[slot] += bytes;
        _messages[slot]++;
        _faulty += isIntact ? 0 : 1;
    }

    /// <summary>Bytes and messages delivered between two times, to 10 ms, and messages ever found damaged or out of place.</summary>
    public long[] Sum(long fromMicros, long untilMicros)
    {
        var from = (int)((fromMicros / SlotMicros) - _start);
        var length = (int)(untilMicros / SlotMicros) - (int)(fromMicros / SlotMicros);
        return [Sum(_bytes.AsSpan(from, length)), Sum(_messages.AsSpan(from, length)), Volatile.Read(ref _faulty)];
    }

    private static long Sum(ReadOnlySpan<long> slots)
    {
        var sum = 0L;
        foreach (ref readonly var slot in slots)
        {
            sum += Volatile.Read(in slot);
        }

        return sum;
    }
}
