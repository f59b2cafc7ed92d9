using UDPack.Protocol.Collections;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Closing;

/// <summary>
/// Sessions that ended and repeat their goaway. They take no place of those that live, and are bounded on their own: a client that opens and ends sessions
/// as fast as it can must not gather them. Beyond that a session that begins has the oldest forgotten early, and its goaway is repeated less often. Not one
/// that ends: when all sessions end at once, as those of a server that stops, each says so first.
/// </summary>
internal struct LingeringSessions
{
    /// <summary>However few sessions there may be, so many may linger.</summary>
    public const int Least = 64;

    private const int PartOfSessions = 8;

    // In the order in which they ended. One that is forgotten stays until those before it are, too: bounded with them.
    private RingQueue<Session> _sessions;

    /// <summary>How many are kept, those included that are forgotten already.</summary>
    public readonly int Count => _sessions.Count;

    /// <summary>How many may linger on an endpoint that has at most so many sessions.</summary>
    public static int MostFor(int maxSessions) => Math.Max(Least, maxSessions / PartOfSessions);

    /// <summary>A session ended.</summary>
    public void Add(Session session)
    {
        DropForgotten();
        _sessions.Enqueue(session);
    }

    /// <summary>The one to be forgotten as another session begins; null if there is room, or if the oldest has not said yet that it ended.</summary>
    public readonly Session? Surplus(int most) =>
        _sessions.Count >= most && _sessions.TryPeek(out var oldest) && !oldest.OwesGoAway ? oldest : null;

    /// <summary>Lets go of those that are forgotten.</summary>
    public void DropForgotten()
    {
        while (_sessions.TryPeek(out var first) && first.IsForgotten)
        {
            _sessions.DropHead();
        }

        _sessions.Trim();
    }
}
