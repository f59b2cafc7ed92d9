namespace UDPack.Tool.Perf.Transfers;

/// <summary>How much one side still sends, all streams together. Thread-safe.</summary>
internal sealed class SendBudget
{
    private readonly int _packetBytes;
    private readonly TimeProvider _time;
    private readonly long _deadline;
    private long _left;

    /// <summary>The time begins now.</summary>
    /// <param name="bytes">How many bytes; null for no limit.</param>
    /// <param name="duration">For how long; null for no limit.</param>
    /// <param name="packetBytes">The size of all packets but the last.</param>
    /// <param name="time">The clock.</param>
    public SendBudget(long? bytes, TimeSpan? duration, int packetBytes, TimeProvider time)
    {
        _packetBytes = packetBytes;
        _time = time;
        _left = bytes ?? long.MaxValue;
        _deadline = duration is { } span ? time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency) : long.MaxValue;
    }

    /// <summary>The size of the next packet; 0 when there is none.</summary>
    public int Claim()
    {
        // Read first, so that late claims do not count down for ever.
        if (Volatile.Read(ref _left) <= 0 || _time.GetTimestamp() >= _deadline)
        {
            return 0;
        }

        var left = Interlocked.Add(ref _left, -_packetBytes) + _packetBytes;
        return (int)Math.Clamp(left, 0, _packetBytes);
    }
}
