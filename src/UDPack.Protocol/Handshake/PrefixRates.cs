namespace UDPack.Protocol.Handshake;

/// <summary>
/// A token bucket for each address prefix, in memory of a fixed size: each prefix shares two of many buckets with others and
/// has what the fuller one has. Which it shares is secret, so that nobody can choose whom to keep out.
/// </summary>
/// <remarks>
/// Half of a bucket is only for those who have proven their address. Who forges addresses can thus empty the other half, which
/// brings cookies, and nothing else.
/// </remarks>
internal sealed class PrefixRates
{
    private const long Second = 1_000_000;

    /// <summary>A power of two.</summary>
    private const int BucketsPerRow = 4096;

    private readonly long _interval;
    private readonly long _capacity;
    private readonly ulong _secret;

    // When each bucket is full again; in the past if it is.
    private readonly long[] _first = new long[BucketsPerRow];
    private readonly long[] _second = new long[BucketsPerRow];

    public PrefixRates(int perSecond, int burst, ulong secret)
    {
        _interval = Second / perSecond;
        _capacity = _interval * burst;
        _secret = secret;
    }

    /// <summary>Whether the prefix has enough for those too whose address may be forged.</summary>
    public bool HasSpare(long now, in PeerAddress prefix) => Debt(now, prefix, out _, out _) + _interval <= _capacity / 2;

    public bool TryTake(long now, in PeerAddress prefix)
    {
        var debt = Debt(now, prefix, out var first, out var second) + _interval;
        if (debt > _capacity)
        {
            return false;
        }

        // The emptier one is not emptied further on behalf of those who share the fuller.
        _first[first] = Math.Max(_first[first], now + debt);
        _second[second] = Math.Max(_second[second], now + debt);
        return true;
    }

    private long Debt(long now, in PeerAddress prefix, out int first, out int second)
    {
        var hash = Mix(Mix(prefix.High ^ _secret) + (prefix.Low ^ prefix.ScopeId));
        first = (int)(hash % BucketsPerRow);
        second = (int)((hash >> 32) % BucketsPerRow);
        return Math.Max(0, Math.Min(_first[first], _second[second]) - now);
    }

    // SplitMix64's finisher: every bit of the input reaches every bit of the output.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
