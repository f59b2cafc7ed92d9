namespace UDPack.Protocol.Handshake;

/// <summary>A token bucket for what is sent without any state: so many a second, with a burst of as many.</summary>
internal struct RateLimit(int perSecond)
{
    private const long Second = 1_000_000;

    private long _microTokens = perSecond * Second;
    private long _at;

    public bool TryTake(long now)
    {
        var elapsed = Math.Clamp(now - _at, 0, Second);
        _at = now;
        _microTokens = Math.Min(perSecond * Second, _microTokens + (elapsed * perSecond));
        if (_microTokens < Second)
        {
            return false;
        }

        _microTokens -= Second;
        return true;
    }
}
