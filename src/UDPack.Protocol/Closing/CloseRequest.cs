using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Closing;

/// <summary>
/// The application's wish to end the session once everything queued is acknowledged: what it said first counts, and how long it waits at most. The wait also
/// ends when the peer takes nothing for the idle timeout.
/// </summary>
internal struct CloseRequest
{
    private ushort? _code;
    private string? _text;
    private long _latest = long.MaxValue;
    private DrainPatience _patience = new();

    public CloseRequest()
    {
    }

    /// <summary>Nothing more is taken to be sent.</summary>
    public bool IsMade { get; private set; }

    /// <summary>The wait is over: what has not arrived is lost.</summary>
    public bool IsOver { get; private set; }

    /// <summary>When the wait is over, whatever is left.</summary>
    public readonly long Deadline => Math.Min(_latest, _patience.Deadline);

    /// <summary>How the session ends by it.</summary>
    public readonly SessionEnd End => new(SessionEndCause.ClosedLocally, _code, GoAwayText.Clean(_text), GoAwayReason.Application);

    /// <summary>The application closes, or does so again, with less patience.</summary>
    /// <param name="now">Microseconds, as all times.</param>
    /// <param name="drain">How long to wait at most; 0 ends it at once.</param>
    /// <param name="idleTimeout">How long to wait for a peer that takes nothing; 0 for the usual time.</param>
    /// <param name="code">The application's code.</param>
    /// <param name="text">The application's text for the peer.</param>
    public void Make(long now, long drain, long idleTimeout, ushort? code, string? text)
    {
        if (!IsMade)
        {
            (IsMade, _code, _text) = (true, code, text);
        }

        IsOver |= drain <= 0;
        _patience.Begin(now, idleTimeout);
        _latest = Math.Min(_latest, drain > long.MaxValue - now ? long.MaxValue : now + drain);
    }

    /// <summary>The peer has more of what is to be delivered.</summary>
    public void OnProgress(long now) => _patience.OnProgress(now);

    public void OnTimer(long now)
    {
        if (now >= Deadline)
        {
            _latest = long.MaxValue;
            IsOver = true;
        }
    }
}
