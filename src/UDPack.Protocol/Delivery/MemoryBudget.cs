namespace UDPack.Protocol.Delivery;

/// <summary>
/// What all sessions of an endpoint hold together, received and to be sent, counted as it is and not as it was promised, and its bound.
/// Beyond the bound each session may hold a little, so that all go on, and one at a time more.
/// </summary>
internal sealed class MemoryBudget
{
    /// <summary>What a session may hold of each direction even while all is used up.</summary>
    public const long AlwaysGranted = 32 << 10;

    /// <summary>How long the one that may hold more keeps its place while another wants it: as long as it moves, and no longer than that.</summary>
    private const long RestMicros = 500_000;
    private const long TurnMicros = 2_000_000;

    private SessionMemory? _favoured;
    private long _favouredAt;
    private long _received;

    /// <summary>Set by a session that got no memory; for whoever takes some back from others.</summary>
    public bool IsWanted { get; set; }

    /// <summary>The most that may be held, but for what is granted in any case.</summary>
    public long Limit { get; set; } = long.MaxValue;

    public long Held => _received;

    public bool IsUsedUp => Held >= Limit;

    /// <summary>
    /// Whether a session may have more than its share of used up memory, up to its own limits: if all held the beginnings of packets and none
    /// could get the rest, none would ever give memory back. The place goes to another who wants it when its owner rests, and after a while in any case.
    /// </summary>
    public bool TryFavour(long now, SessionMemory session)
    {
        if (_favoured == session)
        {
            return true;
        }

        if (_favoured is not null && now - _favoured.MovedAt < RestMicros && now - _favouredAt < TurnMicros)
        {
            return false;
        }

        _favoured = session;
        _favouredAt = now;
        return true;
    }

    /// <summary>The session holds little again, or has ended.</summary>
    public void Unfavour(SessionMemory session) => _favoured = _favoured == session ? null : _favoured;

    public void AddReceived(long bytes) => _received += bytes;
}
