namespace UDPack.Protocol.Frames;

/// <summary>
/// Reads the payload of an ack without ids: largest sequence number, delay, ranges as in RFC 9000 §19.3.1, session
/// credit. The whole payload is checked before the first range is handed out, so that none takes effect of a bad one.
/// </summary>
internal ref struct AckFrameReader
{
    /// <summary>The most ranges an ack may have, the first one included.</summary>
    public const int MaxRanges = 64;

    private ReadOnlySpan<byte> _ranges;
    private ulong _remaining;
    private ulong _previousSmallest;
    private bool _started;

    /// <summary>The largest sequence number acknowledged.</summary>
    public ulong Largest { get; private set; }

    /// <summary>How long the peer held the ack back, in microseconds.</summary>
    public ulong DelayMicros { get; private set; }

    /// <summary>The number of ranges, the first one included.</summary>
    public int RangeCount { get; private set; }

    /// <summary>What may be sent on the session in all, counted from its start.</summary>
    public ulong SessionCredit { get; private set; }

    /// <summary>Checks a payload and stands before its first range; false if it is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out AckFrameReader reader)
    {
        reader = default;
        if (!VarInt.TryRead(ref payload, out var largest)
            || !VarInt.TryRead(ref payload, out var delay)
            || !VarInt.TryRead(ref payload, out var further)
            || further >= MaxRanges)
        {
            return false;
        }

        reader.Largest = largest;
        reader.DelayMicros = delay;
        reader.RangeCount = (int)further + 1;
        reader._ranges = payload;
        reader._remaining = further + 1;

        var ahead = reader;
        while (ahead._remaining > 0)
        {
            if (!ahead.TryNext(out _, out _))
            {
                return false;
            }
        }

        var tail = ahead._ranges;
        if (!VarInt.TryRead(ref tail, out var credit) || !tail.IsEmpty)
        {
            return false;
        }

        reader.SessionCredit = credit;
        return true;
    }

    /// <summary>The next range, the largest first; false after the last.</summary>
    public bool TryNext(out ulong smallest, out ulong largest)
    {
        smallest = 0;
        largest = Largest;
        if (_remaining == 0 || (_started && !TrySkipGap(out largest)))
        {
            return false;
        }

        if (!VarInt.TryRead(ref _ranges, out var length) || length > largest)
        {
            return false;
        }

        smallest = largest - length;
        _previousSmallest = smallest;
        _started = true;
        _remaining--;
        return true;
    }

    /// <summary>A gap of g means g + 1 missing numbers between two ranges: they never touch.</summary>
    private bool TrySkipGap(out ulong largest)
    {
        largest = 0;
        if (!VarInt.TryRead(ref _ranges, out var gap) || gap + 2 > _previousSmallest)
        {
            return false;
        }

        largest = _previousSmallest - gap - 2;
        return true;
    }
}
