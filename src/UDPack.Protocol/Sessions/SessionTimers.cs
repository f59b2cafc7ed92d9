using UDPack.Protocol.Closing;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Sessions;

/// <summary>What a session does of its own as time passes, and what acks and timers settled.</summary>
internal sealed class SessionTimers(Session session, SessionWriter writer)
{
    private readonly SessionContext _context = session.Context;
    private HintDetector _hints = new();

    /// <summary>When <see cref="OnTimer"/> has something to do.</summary>
    public long NextDeadline
    {
        get
        {
            if (_context.IsOver)
            {
                return _context.Close.GoAwayDeadline;
            }

            var deadline = Math.Min(_context.Recovery.Deadline, writer.AckDueAt);
            deadline = Math.Min(deadline, session.Ciphers.Deadline);
            deadline = Math.Min(deadline, _context.Close.DrainDeadline);
            deadline = Math.Min(deadline, _hints.Deadline);
            deadline = Math.Min(deadline, writer.PacedUntil);
            deadline = Math.Min(deadline, session.Route.ChallengeDeadline);
            deadline = Math.Min(deadline, session.Streams?.Deadline ?? long.MaxValue);
            if (_context.IsReady)
            {
                deadline = Math.Min(deadline, session.Route.ProbeDeadline);
                deadline = Math.Min(deadline, _context.Liveness.IdleDeadline(_context.Recovery.ProbeTimeout));
                deadline = Math.Min(deadline, _context.Liveness.KeepAliveDeadline);
            }

            return deadline;
        }
    }

    public void OnTimer(long now)
    {
        if (_context.IsOver)
        {
            if (_context.Close.OnTimerAfterEnd(now, _context.Recovery.ProbeTimeout))
            {
                _context.Endpoint.Forget(session);
                return;
            }
        }
        else if (_context.IsReady && now >= _context.Liveness.IdleDeadline(_context.Recovery.ProbeTimeout))
        {
            session.End(now, SessionEnd.Idle, tellPeer: true);
        }
        else
        {
            OnTimerBeforeEnd(now);
        }

        _context.Touch();
    }

    /// <summary>A datagram of the peer verified: whatever a hint said is refuted.</summary>
    public void OnPeerHeard() => _hints.Forget();

    /// <summary>The server said, unprotected, that it does not know this session: a reason to ask, never one to believe (anyone can forge it).</summary>
    public void OnUnknownSessionHint(long now)
    {
        if (!_context.IsReady)
        {
            return;
        }

        switch (_hints.OnHint(now))
        {
            case HintAdvice.Ask:
                PingForHint(now);
                break;
            case HintAdvice.Believe:
                session.End(now, new SessionEnd(SessionEndCause.UnknownToPeer), tellPeer: false);
                break;
            default:
                break;
        }

        _context.Touch();
    }

    /// <summary>Tells the owners of frames what an ack or a timer settled; nothing more when the session ends meanwhile.</summary>
    public void Settle(long now)
    {
        session.Route.OnArrived();
        while (_context.Recovery.Settled.TryTake(out var frame, out var isAcknowledged))
        {
            if (!isAcknowledged)
            {
                frame.Owner.OnLost(now, frame);
                continue;
            }

            if (frame.Kind == SentFrameKind.Data)
            {
                _context.Close.OnProgress(now);
            }

            frame.Owner.OnAcknowledged(now, frame);
        }

        session.Route.OnLosses(now);
    }

    private void OnTimerBeforeEnd(long now)
    {
        if (now >= _context.Recovery.Deadline)
        {
            OnRecoveryTimer(now);
        }

        session.Streams?.OnTimer(now);
        session.Pings.IsDue |= _context.IsReady && _context.Liveness.TryTakePing(now);
        if (now >= _hints.Deadline)
        {
            PingForHint(now);
        }

        _context.Close.OnTimer(now);
        if (session.Ciphers.OnTimer(now))
        {
            Rest();
        }
    }

    private void OnRecoveryTimer(long now)
    {
        ref var recovery = ref _context.Recovery;
        var lostBefore = recovery.DatagramsLost;
        recovery.OnDeadline(now);
        _context.Endpoint.Counters.DatagramsLost += recovery.DatagramsLost - lostBefore;
        var probes = recovery.ProbesDue > 0;
        if (probes)
        {
            // A probe carries data if there is any: it may be what the peer misses (RFC 9002 §6.2.4).
            recovery.RepeatOldest();
        }

        Settle(now);
        if (probes)
        {
            session.Values.RepeatOldest();
        }
    }

    private void PingForHint(long now)
    {
        // A probe, as the window may be full of datagrams for a server that knows none of them.
        _context.Recovery.ProbesDue = Math.Max(1, _context.Recovery.ProbesDue);
        session.Pings.IsDue = true;
        _hints.OnAsked(now + _context.Recovery.ProbeTimeout);
    }

    /// <summary>Gives back what an idle session does not need; all of it is made again on the next datagram.</summary>
    private void Rest()
    {
        _context.Recovery.Trim();
        session.Route.Trim();
        session.Outbox.Trim();
        session.OwnChannel.Receiver.Trim();
        session.Messages.Trim();
        session.Values.Trim();
        session.Pings.Trim();
        _context.Events?.OnResting(session);
    }
}
