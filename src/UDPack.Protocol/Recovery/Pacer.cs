namespace UDPack.Protocol.Recovery;

/// <summary>
/// Spreads datagrams over the round trip (RFC 9002 §7.7): a token bucket that fills at the pacing rate. It holds several
/// milliseconds' worth, since timers fire up to two milliseconds late and what was missed meanwhile must be caught up.
/// </summary>
internal struct Pacer
{
    private const int LeastBurstDatagrams = 10;
    private const long BurstMicros = 4_000;

    /// <summary>More at once overruns socket buffers and queues on the way, unless the rate is such that timers need more.</summary>
    private const long LargestBurst = 256 * 1024;
    private const long LeastBurstMicros = 2_000;

    private const long LargestRate = 1_000_000_000_000;

    private long _tokens;
    private long _at;
    private bool _isRunning;

    /// <summary>When a datagram may leave; not after <paramref name="now"/> if at once. A rate of 0 does not pace.</summary>
    public readonly long NextSendAt(long now, long rate, int datagramSize)
    {
        if (rate <= 0)
        {
            return now;
        }

        rate = Math.Min(rate, LargestRate);
        var missing = datagramSize - Tokens(now, rate, datagramSize);
        return missing <= 0 ? now : now + (((missing * 1_000_000) + rate - 1) / rate);
    }

    public void OnSent(long now, int bytes, long rate, int datagramSize)
    {
        rate = Math.Min(rate, LargestRate);
        var burst = Burst(rate, datagramSize);

        // What left without asking, such as a probe, delays what follows, but not for long.
        _tokens = Math.Max(Tokens(now, rate, datagramSize) - bytes, -burst);
        _at = now;
        _isRunning = true;
    }

    private static long Burst(long rate, int datagramSize) => Math.Min(
        Math.Max(LeastBurstDatagrams * (long)datagramSize, rate * BurstMicros / 1_000_000),
        Math.Max(LargestBurst, rate * LeastBurstMicros / 1_000_000));

    private readonly long Tokens(long now, long rate, int datagramSize)
    {
        if (!_isRunning)
        {
            return Math.Min(LeastBurstDatagrams * (long)datagramSize, LargestBurst);
        }

        // In floating point: what a fast rate brings in a long silence has no room in 64 bits.
        var burst = Burst(rate, datagramSize);
        return Math.Min(burst, _tokens + (long)Math.Min(rate * (Math.Max(0, now - _at) / 1e6), 2.0 * burst));
    }
}
