using UDPack.Protocol.Closing;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol;

internal sealed partial class Session
{
    private CloseRequest _close = new();
    private GoAwayRepeats _goAway = new();
    private HintDetector _hints = new();

    /// <summary>
    /// Ends the session once everything queued is acknowledged, at the latest after <paramref name="drainMicros"/>, or when the peer took none of it for the idle timeout.
    /// </summary>
    public void Close(long now, long drainMicros, ushort? applicationCode, string? text = null)
    {
        if (State == SessionState.Close)
        {
            return;
        }

        _close.Make(now, drainMicros, _idleTimeout, applicationCode, text);
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

        switch (_hints.OnHint(now))
        {
            case HintAdvice.Ask:
                PingForHint(now);
                break;
            case HintAdvice.Believe:
                End(now, new SessionEnd(SessionEndCause.UnknownToPeer), tellPeer: false);
                break;
            default:
                break;
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

    /// <summary>Whether it ended and the peer is to be told, now.</summary>
    internal bool OwesGoAway => _goAway.IsDue;

    public void DisposeKeys()
    {
        IsForgotten = true;
        _goAway.Stop();
        _ciphers.Clear();
    }

    private void PingForHint(long now)
    {
        // A probe, as the window may be full of datagrams for a server that knows none of them.
        _recovery.ProbesDue = Math.Max(1, _recovery.ProbesDue);
        _pingDue = true;
        _hints.OnAsked(now + _recovery.ProbeTimeout);
    }

    private void FinishClosing(long now)
    {
        if (_close.IsMade && (_close.IsOver || IsFlushed()))
        {
            End(now, _close.End, tellPeer: true);
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
        _goAway.Begin(now, end, tellPeer, _recovery.ProbeTimeout);
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
        Memory.OnEnded();
        while (_pongs.TryDequeue(out var packet))
        {
            packet.Release();
        }
    }

    private void OnTimerAfterEnd(long now)
    {
        if (_goAway.OnTimer(now, _recovery.ProbeTimeout))
        {
            _endpoint.Forget(this);
            return;
        }

        _endpoint.Touch(this);
    }

    private bool TryWriteGoAway(long now, Span<byte> buffer, out int length)
    {
        length = 0;
        if (!_goAway.TryTake(out var end))
        {
            return false;
        }

        Span<byte> payload = stackalloc byte[GoAwayFrame.MaxSize];
        var size = end.WriteGoAway(payload);
        var datagram = new DatagramBuilder(buffer[..DatagramSize], Id, _endpoint.Timestamp(now), DatagramSealer.Overhead);
        datagram.TryAdd(Opcode.GoAway, payload[..size]);
        length = _ciphers.Seal(now, buffer, datagram.ClearLength, datagram.Length);
        _counters.OnSent(length);
        return true;
    }
}
