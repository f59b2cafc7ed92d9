namespace UDPack.Protocol.Streams;

/// <summary>
/// How fast streams that the peer opened may be aborted and their places be used again. An aborted stream costs its opener a frame and
/// this side a stream, a handler and their end; without a bound a peer could have that done as fast as its datagrams arrive.
/// </summary>
/// <remarks>A token bucket; beyond it the answer to the abort, and with it the place, is held back. Honest peers just wait for a place.</remarks>
internal struct AbortRate(long streamLimit)
{
    public const int PerSecond = 500;

    private const long Interval = 1_000_000 / PerSecond;
    private const long LeastBurst = 64;
    private const long MostBurst = 4096;

    private readonly long _capacity = Interval * Math.Clamp(2 * streamLimit, LeastBurst, MostBurst);

    // When the bucket is full again; in the past if it is.
    private long _fullAt;

    /// <summary>When the next one may go.</summary>
    public readonly long NextAt => _fullAt + Interval - _capacity;

    public bool TryTake(long now)
    {
        if (NextAt > now)
        {
            return false;
        }

        _fullAt = Math.Max(_fullAt, now) + Interval;
        return true;
    }
}
