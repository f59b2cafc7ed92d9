namespace UDPack.Protocol.Handshake;

/// <summary>How long to wait for an answer: doubles with each attempt, ±20 % so that many clients do not come back together.</summary>
internal static class Backoff
{
    private const int MaxDoublings = 6;

    /// <param name="first">The first interval.</param>
    /// <param name="attempt">The attempt just made, from 1.</param>
    /// <param name="random">16 random bits.</param>
    public static long Interval(long first, int attempt, ushort random)
    {
        var interval = first << Math.Min(attempt - 1, MaxDoublings);
        return interval - (interval / 5) + (long)(interval / 5 * 2 * (random / (double)ushort.MaxValue));
    }
}
