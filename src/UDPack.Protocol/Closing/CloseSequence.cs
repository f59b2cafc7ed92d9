using UDPack.Protocol.Frames;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Closing;

/// <summary>How a session ends: the application's wish, what its peer is told, and for how long that is repeated.</summary>
internal sealed class CloseSequence
{
    private CloseRequest _request = new();
    private GoAwayRepeats _goAway = new();

    /// <summary>When the wait for what was to be delivered is over; see <see cref="OnTimer"/>.</summary>
    public long DrainDeadline => _request.Deadline;

    /// <summary>After the end: when <see cref="OnTimerAfterEnd"/> has something to do.</summary>
    public long GoAwayDeadline => _goAway.Deadline;

    /// <summary>The application closes: nothing more is taken to be sent.</summary>
    public bool IsRequested => _request.IsMade;

    /// <summary>The wait for it is over: what has not arrived is lost.</summary>
    public bool IsDrainOver => _request.IsOver;

    /// <summary>How the session ends by the application's wish.</summary>
    public SessionEnd RequestedEnd => _request.End;

    /// <summary>Whether a goaway waits to be written.</summary>
    public bool OwesGoAway => _goAway.IsDue;

    /// <inheritdoc cref="CloseRequest.Make"/>
    public void Request(long now, long drain, long idleTimeout, ushort? code, string? text) => _request.Make(now, drain, idleTimeout, code, text);

    /// <summary>The peer has more of what is to be delivered.</summary>
    public void OnProgress(long now) => _request.OnProgress(now);

    public void OnTimer(long now) => _request.OnTimer(now);

    /// <summary>The session ended.</summary>
    public void Begin(long now, in SessionEnd end, bool tellsPeer, long probeTimeout) => _goAway.Begin(now, end, tellsPeer, probeTimeout);

    /// <summary>True when nothing more is to be said, and the session can be forgotten.</summary>
    public bool OnTimerAfterEnd(long now, long probeTimeout) => _goAway.OnTimer(now, probeTimeout);

    /// <summary>Builds the goaway, if one is to be written now.</summary>
    public bool TryWriteGoAway(ref DatagramBuilder datagram)
    {
        if (!_goAway.TryTake(out var end))
        {
            return false;
        }

        Span<byte> payload = stackalloc byte[GoAwayFrame.MaxSize];
        var size = end.WriteGoAway(payload);
        datagram.TryAdd(Opcode.GoAway, payload[..size]);
        return true;
    }

    /// <summary>The keys are gone, so that nothing can be said any more.</summary>
    public void Stop() => _goAway.Stop();
}
