using System.Collections.Concurrent;

namespace UDPack.Protocol.Delivery;

/// <summary>
/// What all sessions of an endpoint hold together, received and to be sent, counted as it is and not as it was promised, and its bound.
/// Beyond the bound each session may hold a little of each direction, so that all go on, and one at a time more. The side of sending is used by any thread,
/// all else by the loop.
/// </summary>
internal sealed class MemoryBudget
{
    /// <summary>What a session may hold of each direction even while all is used up.</summary>
    public const long AlwaysGranted = 32 << 10;

    /// <summary>How long the one that may hold more keeps its place while another wants it: as long as it moves, and no longer than that.</summary>
    private const long RestMicros = 500_000;
    private const long TurnMicros = 2_000_000;

    /// <summary>How many of those that wait to send are asked in a turn while there is no memory: whether one of them may all the same.</summary>
    private const int AskedInVain = 4;

    private readonly ConcurrentQueue<IMemoryWaiter> _waiters = new();
    private SessionMemory? _favoured;
    private SessionMemory? _sender;
    private SessionMemory? _wanter;
    private SessionMemory? _wanterBefore;
    private int _isWanted;
    private long _favouredAt;
    private long _received;
    private long _sending;
    private long _left;
    private long _limit = long.MaxValue;

    /// <summary>The most that may be held, but for what is granted in any case.</summary>
    public long Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    public long Held => Volatile.Read(ref _received) + Volatile.Read(ref _sending);

    public bool IsUsedUp => Held >= Limit;

    /// <summary>
    /// All of it is held by sessions that ended, for an application that has yet to read them. Then nobody gets even its small share: clients that fill it, end
    /// and come back would have as many shares as they like.
    /// </summary>
    public bool IsLeftToApplication => _left >= Limit;

    /// <summary>Whether anyone got no memory, since there was any for all; then others may have to give some back.</summary>
    public bool IsWanted => Volatile.Read(ref _isWanted) != 0;

    /// <summary>Whether this session got no memory and nobody else that lives: a session need not give way to itself.</summary>
    public bool IsOnlyWanter(SessionMemory session)
    {
        var (last, before) = (Volatile.Read(ref _wanter), Volatile.Read(ref _wanterBefore));
        return (last ?? before) == session && (before ?? last) == session;
    }

    /// <summary>
    /// Notes that a session got no memory. By any thread. Only the last two that differ are kept: a third counts again when it asks again, as all do that still
    /// want memory. So does one of two that ask at the same moment.
    /// </summary>
    public void Want(SessionMemory session)
    {
        Volatile.Write(ref _isWanted, 1);
        var last = Interlocked.Exchange(ref _wanter, session);
        if (last is not null && last != session)
        {
            Interlocked.Exchange(ref _wanterBefore, last);
            UnwantIfOver(last);
        }

        UnwantIfOver(session);
    }

    /// <summary>The session has ended, and wants nothing more.</summary>
    public void Unwant(SessionMemory session)
    {
        Interlocked.CompareExchange(ref _wanter, null, session);
        Interlocked.CompareExchange(ref _wanterBefore, null, session);
    }

    /// <summary>
    /// Whether a session may receive more than its share of used up memory, up to its own limits: if all held the beginnings of packets and none
    /// could get the rest, none would ever give memory back. The place goes to another who wants it when its owner rests; at once from one that brings
    /// nothing to its end to one that does; and between equals after a while in any case.
    /// </summary>
    public bool TryFavour(long now, SessionMemory session)
    {
        if (_favoured != session && (_favoured is null || MustGiveUpPlace(now, _favoured, session)))
        {
            _favoured = session;
            _favouredAt = now;
        }

        return _favoured == session;
    }

    /// <summary>The session holds little again, or has ended.</summary>
    public void Unfavour(SessionMemory session) => _favoured = _favoured == session ? null : _favoured;

    /// <summary>Whether a session that sends nothing else may send a packet larger than its share of used up memory: one at a time.</summary>
    public bool TrySendLarge(SessionMemory session)
    {
        var owner = Volatile.Read(ref _sender);
        return owner == session
            || ((owner is null || owner.Sending <= AlwaysGranted) && Interlocked.CompareExchange(ref _sender, session, owner) == owner);
    }

    public void AddReceived(long bytes) => Volatile.Write(ref _received, _received + bytes);

    /// <summary>More, or less, of what was received is held by sessions that ended.</summary>
    public void AddLeft(long bytes) => _left += bytes;

    /// <summary>The endpoint is gone. What applications still hold of what it received is theirs.</summary>
    public void OnEndpointGone()
    {
        Volatile.Write(ref _received, 0);
        _left = 0;
    }

    public void AddSending(long bytes) => Interlocked.Add(ref _sending, bytes);

    /// <summary>Has someone told when there may be memory; once. By any thread, which then has the loop take a turn.</summary>
    public void Wait(SessionMemory session, IMemoryWaiter waiter)
    {
        _waiters.Enqueue(waiter);
        Want(session);
    }

    /// <summary>Tells those who wait, as long as there is memory, that there is. On the loop.</summary>
    public void Wake()
    {
        var inVain = 0;
        for (var left = _waiters.Count; left > 0 && (!IsUsedUp || inVain++ < AskedInVain) && _waiters.TryDequeue(out var waiter); left--)
        {
            waiter.OnMemory();
        }

        if (IsUsedUp || !_waiters.IsEmpty)
        {
            return;
        }

        Volatile.Write(ref _wanter, null);
        Volatile.Write(ref _wanterBefore, null);
        Interlocked.Exchange(ref _isWanted, 0);
        if (!_waiters.IsEmpty)
        {
            // Another thread came in between.
            Volatile.Write(ref _isWanted, 1);
        }
    }

    // A session may end while it is noted here. It is over first and removed then, so noted first and looked at then, it is never left behind.
    private void UnwantIfOver(SessionMemory session)
    {
        if (session.IsOver)
        {
            Unwant(session);
        }
    }

    private bool MustGiveUpPlace(long now, SessionMemory owner, SessionMemory other)
    {
        var isBetter = other.IsProven(now).CompareTo(owner.IsProven(now));
        return isBetter > 0
            || now - Math.Max(owner.MovedAt, _favouredAt) >= RestMicros
            || (isBetter == 0 && now - _favouredAt >= TurnMicros);
    }
}

/// <summary>Waits for memory to send.</summary>
internal interface IMemoryWaiter
{
    /// <summary>There may be memory now; who finds that there is not waits anew.</summary>
    void OnMemory();
}
