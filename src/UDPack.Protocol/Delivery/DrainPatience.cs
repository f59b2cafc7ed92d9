namespace UDPack.Protocol.Delivery;

/// <summary>
/// How long a session that closes waits for a peer that takes nothing: each piece it acknowledges begins the wait anew. A peer
/// that is alive acknowledges pings for ever, so that the idle timeout alone would never end it.
/// </summary>
internal struct DrainPatience
{
    /// <summary>For sessions without an idle timeout.</summary>
    private const long WithoutIdleTimeout = 30_000_000;

    private long _patience;

    public DrainPatience()
    {
    }

    /// <summary>When it is over; <see cref="long.MaxValue"/> while nobody waits.</summary>
    public long Deadline { get; private set; } = long.MaxValue;

    /// <summary>Begins the wait, if it has not begun.</summary>
    /// <param name="now">Microseconds.</param>
    /// <param name="idleTimeout">Microseconds; 0 for none.</param>
    public void Begin(long now, long idleTimeout)
    {
        if (Deadline == long.MaxValue)
        {
            _patience = idleTimeout == 0 ? WithoutIdleTimeout : idleTimeout;
            Deadline = now + _patience;
        }
    }

    /// <summary>The peer has more of what is to be delivered.</summary>
    public void OnProgress(long now)
    {
        if (Deadline != long.MaxValue)
        {
            Deadline = now + _patience;
        }
    }
}
