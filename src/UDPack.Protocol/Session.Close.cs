using UDPack.Protocol.Crypto;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol;

internal sealed partial class Session
{
    /// <summary>How many pings in a row must be answered by a hint before it is believed, and for how long nothing else may verify.</summary>
    private const int HintsToBelieve = 3;

    private const long HintPeriod = 500_000;

    /// <summary>The peer's share in the probe timeout must not let it keep an ended session's place for long.</summary>
    private const long LongestLinger = 3_000_000;

    private bool _closeRequested;
    private bool _drainIsOver;
    private ushort? _closeCode;
    private string? _closeText;
    private long _closeDeadline = long.MaxValue;
    private DrainPatience _drainPatience = new();

    private SessionEnd _end;
    private bool _goAwayDue;
    private long _goAwayAt = long.MaxValue;
    private long _gone = long.MaxValue;

    private long _hintedSince = long.MaxValue;
    private long _hintPingAt = long.MaxValue;
    private int _hintedPings;
    private bool _hintPingOpen;

    /// <summary>
    /// Ends the session once everything queued is acknowledged, at the latest after <paramref name="drainMicros"/>, or when the peer took none of it for the idle timeout.
    /// </summary>
    public void Close(long now, long drainMicros, ushort? applicationCode, string? text = null)
    {
        if (State == SessionState.Close)
        {
            return;
        }

        if (!_closeRequested)
        {
            _closeRequested = true;
            _closeCode = applicationCode;
            _closeText = text;
        }

        _drainIsOver |= drainMicros <= ImmediateDrain;
        _drainPatience.Begin(now, _idleTimeout);
        _closeDeadline = Math.Min(_closeDeadline, drainMicros > long.MaxValue - now ? long.MaxValue : now + drainMicros);
        _endpoint.Touch(this);
    }

    /// <summary>Ends the session at once.</summary>
    public void Abort(long now, ushort? applicationCode, string? text = null, GoAwayReason reason = GoAwayReason.Application) =>
        End(now, new SessionEnd(SessionEndCause.Aborted, applicationCode, GoAwayText.Clean(text), reason), tellPeer: true);

    /// <summary>Ends the session at once because its authorisation ran out.</summary>
    public void Expire(long now) => End(now, new SessionEnd(SessionEndCause.Expired, Reason: GoAwayReason.Expired), tellPeer: true);

    /// <summary>Ends the session at once because its peer moved to where no further session may be.</summary>
    public void RefuseMove(long now) => End(
        now, new SessionEnd(SessionEndCause.Aborted, Detail: "moved to an address that has as many sessions as it may have", Reason: GoAwayReason.Moved), tellPeer: true);

    /// <summary>The server said, unprotected, that it does not know this session: a reason to ask, never one to believe (anyone can forge it).</summary>
    public void OnUnknownSessionHint(long now)
    {
        if (State != SessionState.Ready)
        {
            return;
        }

        if (_hintedSince == long.MaxValue)
        {
            _hintedSince = now;
            _hintedPings = 0;
            PingForHint(now);
        }
        else if (_hintPingOpen)
        {
            _hintPingOpen = false;
            _hintedPings++;
            if (_hintedPings >= HintsToBelieve && now - _hintedSince >= HintPeriod)
            {
                End(now, new SessionEnd(SessionEndCause.UnknownToPeer), tellPeer: false);
            }
        }

        _endpoint.Touch(this);
    }

    /// <summary>Ends the session as it held much memory for a peer that let nothing move, and others want some.</summary>
    public void GiveWay(long now) => End(
        now,
        new SessionEnd(SessionEndCause.Aborted, Detail: "memory was used up, and the session held much of it without going on", Reason: GoAwayReason.Busy),
        tellPeer: true);

    /// <summary>Forgets an unconfirmed session without telling anyone; its endpoint removes it.</summary>
    public void Discard()
    {
        State = SessionState.Close;
        EndStreams();
        ReleaseBuffers();
        DisposeKeys();
    }

    public void DisposeKeys()
    {
        IsForgotten = true;
        _goAwayDue = false;
        _sealer.Dispose();
        _opener.Dispose();
    }

    private void PingForHint(long now)
    {
        // A probe, as the window may be full of datagrams for a server that knows none of them.
        _recovery.ProbesDue = Math.Max(1, _recovery.ProbesDue);
        // In a row means in a row: one that no hint answered begins the count anew.
        _hintedPings = _hintPingOpen ? 0 : _hintedPings;
        _pingDue = true;
        _hintPingOpen = true;
        _hintPingAt = now + _recovery.ProbeTimeout;
    }

    private void ForgetHints()
    {
        _hintedSince = _hintPingAt = long.MaxValue;
        _hintPingOpen = false;
    }

    private void FinishClosing(long now)
    {
        if (_closeRequested && (_drainIsOver || IsFlushed()))
        {
            End(now, new SessionEnd(SessionEndCause.ClosedLocally, _closeCode, GoAwayText.Clean(_closeText), GoAwayReason.Application), tellPeer: true);
        }
    }

    private void Fail(long now, string detail)
    {
        _endpoint.Counters.Drop(DropReason.ProtocolError);
        End(now, new SessionEnd(SessionEndCause.ProtocolError, Detail: detail, Reason: GoAwayReason.ProtocolError), tellPeer: true);
    }

    private void OnGoAway(long now, ReadOnlySpan<byte> payload)
    {
        if (GoAwayFrame.TryRead(payload, out var frame))
        {
            End(now, SessionEnd.FromPeer(frame), tellPeer: false);
        }
        else
        {
            Fail(now, "malformed goaway");
        }
    }

    private void End(long now, SessionEnd end, bool tellPeer)
    {
        if (State == SessionState.Close)
        {
            return;
        }

        if (tellPeer && _endpoint.IsStopping && end.Reason == GoAwayReason.Application)
        {
            // The application ends its sessions because it was asked to.
            end = end with { Reason = GoAwayReason.Stopping };
        }

        State = SessionState.Close;
        _end = end;
        _goAwayDue = tellPeer;

        // Kept for three probe timeouts. The side that ends repeats its goaway once in each, since one may be lost and
        // whatever the peer still sends deserves an answer; the other side stays silent.
        _gone = now + Math.Min(3 * _recovery.ProbeTimeout, LongestLinger);
        _goAwayAt = tellPeer ? now + _recovery.ProbeTimeout : long.MaxValue;
        _endpoint.Counters.SessionsEnded++;
        _endpoint.OnEnded(this);
        Events?.OnEnded(this, end);
        EndStreams();
        ReleaseBuffers();
        _endpoint.Touch(this);
    }

    private void ReleaseBuffers()
    {
        _recovery.Clear();
        _scheduler.Clear();
        _messages.Clear();
        _pings?.Clear();
        _outgoingValues?.Clear();
        while (_main.Sender.TryDrain(out var packet))
        {
            if (Events is { } events)
            {
                events.OnPacketDone(this, packet, PacketFate.Lost);
            }
            else
            {
                packet.Release();
            }
        }

        _main.Receiver.Clear();
        Memory.ReleaseReceived();
        while (_pongs.TryDequeue(out var packet))
        {
            packet.Release();
        }
    }

    private void OnTimerAfterEnd(long now)
    {
        if (now >= _gone)
        {
            _endpoint.Forget(this);
            return;
        }

        if (now >= _goAwayAt)
        {
            _goAwayDue = true;
            _goAwayAt = now + _recovery.ProbeTimeout;
        }

        _endpoint.Touch(this);
    }

    private bool TryWriteGoAway(long now, Span<byte> buffer, out int length)
    {
        length = 0;
        if (!_goAwayDue)
        {
            return false;
        }

        _goAwayDue = false;
        Span<byte> payload = stackalloc byte[GoAwayFrame.MaxSize];
        var size = _end.WriteGoAway(payload);
        var datagram = new DatagramBuilder(buffer[..DatagramSize], Id, _endpoint.Timestamp(now), DatagramSealer.Overhead);
        datagram.TryAdd(Opcode.GoAway, payload[..size]);
        length = _sealer.Seal(buffer, datagram.ClearLength, datagram.Length);
        CountSent(length);
        return true;
    }
}
