using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Closing;

/// <summary>
/// The end of a session, kept for three probe timeouts. The side that ends repeats its goaway once in each, since one may be lost and what the peer
/// still sends deserves an answer; the other side stays silent.
/// </summary>
internal struct GoAwayRepeats
{
    /// <summary>The peer's share in the probe timeout must not let it keep an ended session's keys for long.</summary>
    public const long LongestLinger = 3_000_000;

    private const int ProbeTimeouts = 3;

    private SessionEnd _end;
    private long _nextAt = long.MaxValue;
    private long _goneAt = long.MaxValue;

    public GoAwayRepeats()
    {
    }

    /// <summary>Whether a goaway waits to be written.</summary>
    public bool IsDue { get; private set; }

    /// <summary>When <see cref="OnTimer"/> has something to do.</summary>
    public readonly long Deadline => Math.Min(_goneAt, _nextAt);

    /// <summary>The session ended.</summary>
    public void Begin(long now, in SessionEnd end, bool tellsPeer, long probeTimeout)
    {
        _end = end;
        IsDue = tellsPeer;
        _goneAt = now + Math.Min(ProbeTimeouts * probeTimeout, LongestLinger);
        _nextAt = tellsPeer ? now + probeTimeout : long.MaxValue;
    }

    /// <summary>True when nothing more is to be said, and the session can be forgotten.</summary>
    public bool OnTimer(long now, long probeTimeout)
    {
        if (now >= _goneAt)
        {
            return true;
        }

        if (now >= _nextAt)
        {
            IsDue = true;
            _nextAt = now + probeTimeout;
        }

        return false;
    }

    /// <summary>Whether a goaway is to be written now; how, says <paramref name="end"/>.</summary>
    public bool TryTake(out SessionEnd end)
    {
        end = _end;
        var isDue = IsDue;
        IsDue = false;
        return isDue;
    }

    /// <summary>The keys are gone, so that nothing can be said any more.</summary>
    public void Stop() => IsDue = false;
}
