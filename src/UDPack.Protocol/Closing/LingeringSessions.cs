using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Closing;

/// <summary>
/// Sessions that ended and repeat their goaway. They take no place of those that live, and are bounded on their own: a client that opens and ends sessions
/// as fast as it can must not gather them. Beyond that the oldest is forgotten early, and its goaway is repeated less often.
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

    /// <summary>A session ended; returns the one to be forgotten for it, if there are too many.</summary>
    public Session? Add(Session session, int most)
    {
        DropForgotten();
        _sessions.Enqueue(session);
        return _sessions.Count > most && _sessions.TryDequeue(out var oldest) && !oldest.IsForgotten ? oldest : null;
    }

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
