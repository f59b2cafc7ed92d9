namespace UDPack.Protocol.Closing;

/// <summary>
/// Decides when to believe the unprotected hint of a server that it does not know the session. Anyone can forge one, so it is a reason to ask, never one
/// to believe: several pings in a row must be answered by a hint and by nothing else, over some time.
/// </summary>
internal struct HintDetector
{
    /// <summary>How many pings in a row must be answered by a hint, and for how long nothing else may verify.</summary>
    public const int HintsToBelieve = 3;
    public const long Period = 500_000;

    private long _since = long.MaxValue;
    private int _answered;
    private bool _isPingOpen;

    public HintDetector()
    {
    }

    /// <summary>When the peer is to be asked again; <see cref="long.MaxValue"/> while there is no hint.</summary>
    public long Deadline { get; private set; } = long.MaxValue;

    /// <summary>A hint came.</summary>
    public HintAdvice OnHint(long now)
    {
        if (_since == long.MaxValue)
        {
            _since = now;
            _answered = 0;
            return HintAdvice.Ask;
        }

        if (!_isPingOpen)
        {
            // One ping counts once, however many hints it brings.
            return HintAdvice.Wait;
        }

        _isPingOpen = false;
        _answered++;
        return _answered >= HintsToBelieve && now - _since >= Period ? HintAdvice.Believe : HintAdvice.Wait;
    }

    /// <summary>The peer is asked; without an answer it is asked again at <paramref name="nextAt"/>.</summary>
    public void OnAsked(long nextAt)
    {
        // In a row means in a row: a ping that no hint answered begins the count again.
        _answered = _isPingOpen ? 0 : _answered;
        _isPingOpen = true;
        Deadline = nextAt;
    }

    /// <summary>Something verified: the peer knows the session.</summary>
    public void Forget()
    {
        _since = Deadline = long.MaxValue;
        _isPingOpen = false;
    }
}

/// <summary>What to do about a hint.</summary>
internal enum HintAdvice
{
    Wait,

    /// <summary>Ping the peer.</summary>
    Ask,

    /// <summary>The peer does not know the session.</summary>
    Believe,
}
