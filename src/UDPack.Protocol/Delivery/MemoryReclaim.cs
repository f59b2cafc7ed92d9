using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Delivery;

/// <summary>
/// When an endpoint's memory is used up and a session wants some, others that hold much for a peer that lets nothing move give way: their sessions end,
/// the largest holder first, until there is room again.
/// </summary>
internal struct MemoryReclaim
{
    private const long IntervalMicros = 100_000;

    /// <summary>The part of the limit that is free when no more need give way.</summary>
    private const int PartThatIsFreed = 8;

    private long _next;

    public void Run(long now, Endpoint endpoint)
    {
        var budget = endpoint.Memory;
        if (!budget.IsUsedUp || now < _next)
        {
            return;
        }

        _next = now + IntervalMicros;
        var sessions = endpoint.GetSessions();
        var stalled = new List<Session>();
        foreach (var session in sessions)
        {
            if (!budget.IsOnlyWanter(session.Memory) && session.Memory.IsStalled(now))
            {
                stalled.Add(session);
            }
        }

        stalled.Sort(static (one, other) => other.Memory.Held.CompareTo(one.Memory.Held));
        var enough = budget.Limit - (budget.Limit / PartThatIsFreed);
        foreach (var session in stalled)
        {
            if (budget.Held <= enough)
            {
                break;
            }

            session.End(now, SessionEnd.GaveWay, tellPeer: true);
        }
    }
}
