namespace UDPack.Protocol.Paths;

/// <summary>How long a peer may be silent, and when it is to be asked (RFC 9000 §10.1).</summary>
internal struct Liveness
{
    /// <summary>Between two pings of a client at most.</summary>
    private const long LongestInterval = 10_000_000;

    private readonly long _timeout;
    private readonly bool _isServer;
    private long _idleSince;
    private long _keepAliveSince;
    private long _lastVerifiedAt;
    private bool _hasElicited;

    /// <param name="isServer">A server does not ping: its client does.</param>
    /// <param name="timeout">Microseconds of silence that end the session; 0 for never.</param>
    /// <param name="keepAlive">Microseconds between a client's pings; null for what the timeout asks for.</param>
    /// <param name="now">Microseconds.</param>
    public Liveness(bool isServer, long timeout, long? keepAlive, long now)
    {
        (_isServer, _timeout) = (isServer, timeout);
        KeepAliveInterval = keepAlive ?? LongestKeepAlive(timeout);
        _idleSince = _keepAliveSince = _lastVerifiedAt = now;
    }

    /// <summary>What a client waits before it pings.</summary>
    public long KeepAliveInterval { get; }

    /// <summary>When the last datagram of the peer verified. By any thread.</summary>
    public readonly long LastVerifiedAt => Volatile.Read(in _lastVerifiedAt);

    /// <summary>When a client is to ping.</summary>
    public readonly long KeepAliveDeadline => _isServer ? long.MaxValue : _keepAliveSince + KeepAliveInterval;

    /// <summary>
    /// When the session has expired: never before three probe timeouts, so that a lost probe or two does not end it. A server waits for as long again as its
    /// client may have been silent, as it should, when the path died: without that the session would end there that much before the client's, in an outage
    /// that is shorter than the timeout.
    /// </summary>
    public readonly long IdleDeadline(long probeTimeout) => _timeout == 0
        ? long.MaxValue
        : _idleSince + Math.Max(_timeout, 3 * probeTimeout) + (_isServer ? LongestKeepAlive(_timeout) : 0);

    /// <summary>A datagram of the peer verified.</summary>
    public void OnVerified(long now)
    {
        _idleSince = _keepAliveSince = _lastVerifiedAt = now;
        _hasElicited = false;
    }

    /// <summary>Something was sent that the peer must answer: only the first since it was heard counts, or sending alone would keep a dead session.</summary>
    public void OnElicited(long now)
    {
        if (!_hasElicited)
        {
            _hasElicited = true;
            _idleSince = now;
        }

        _keepAliveSince = now;
    }

    /// <summary>Whether a client's ping is due; from then on the next is waited for.</summary>
    public bool TryTakePing(long now)
    {
        if (now < KeepAliveDeadline)
        {
            return false;
        }

        _keepAliveSince = now;
        return true;
    }

    /// <summary>
    /// An interval that leaves room for three pings in the own timeout leaves it in the peer's shorter one, too, which nobody could know before. One that
    /// leaves none in the own was chosen so.
    /// </summary>
    /// <param name="keepAlive">What was chosen, if anything was.</param>
    /// <param name="own">The timeout that this side asked for; 0 for never.</param>
    /// <param name="agreed">The timeout that counts; 0 for never.</param>
    public static long? Fit(long? keepAlive, long own, long agreed) =>
        keepAlive is { } interval && agreed != 0 && (own == 0 || interval <= own / 3) ? Math.Min(interval, agreed / 3) : keepAlive;

    private static long LongestKeepAlive(long timeout) => timeout == 0 ? LongestInterval : Math.Min(timeout / 3, LongestInterval);
}
