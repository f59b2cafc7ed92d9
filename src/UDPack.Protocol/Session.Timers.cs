namespace UDPack.Protocol;

internal sealed partial class Session
{
    /// <summary>When <see cref="OnTimer"/> has something to do.</summary>
    public long NextDeadline
    {
        get
        {
            if (State == SessionState.Close)
            {
                return _goAway.Deadline;
            }

            var deadline = Math.Min(_recovery.Deadline, AckDueAt);
            deadline = Math.Min(deadline, _ciphers.Deadline);
            deadline = Math.Min(deadline, _close.Deadline);
            deadline = Math.Min(deadline, _hints.Deadline);
            deadline = Math.Min(deadline, _pacedUntil);
            deadline = Math.Min(deadline, _expiryAt);
            deadline = Math.Min(deadline, _heldAbortsAt);
            deadline = Math.Min(deadline, _validation.Deadline);
            if (State == SessionState.Ready)
            {
                deadline = Math.Min(deadline, MtuProbeDeadline);
                deadline = Math.Min(deadline, _liveness.IdleDeadline(_recovery.ProbeTimeout));
                deadline = Math.Min(deadline, _liveness.KeepAliveDeadline);
            }

            return deadline;
        }
    }

    public override void OnTimer(long now)
    {
        _now = now;
        if (State == SessionState.Close)
        {
            OnTimerAfterEnd(now);
            return;
        }

        if (State == SessionState.Ready && now >= _liveness.IdleDeadline(_recovery.ProbeTimeout))
        {
            End(now, new SessionEnd(SessionEndCause.Expired, Reason: GoAwayReason.Idle), tellPeer: true);
        }
        else
        {
            OnReadyTimer(now);
        }

        _endpoint.Touch(this);
    }

    private void OnReadyTimer(long now)
    {
        if (now >= _recovery.Deadline)
        {
            var lostBefore = _recovery.DatagramsLost;
            _recovery.OnDeadline(now);
            _endpoint.Counters.DatagramsLost += _recovery.DatagramsLost - lostBefore;
            if (_recovery.ProbesDue > 0)
            {
                // A probe carries data if there is any: it may be what the peer misses (RFC 9002 §6.2.4).
                _recovery.RepeatOldest();
                if (!HasValues)
                {
                    // What the oldest datagram carried may have been replaced.
                    _outgoingValues?.RepeatOldest();
                }
            }
        }

        if (now >= _expiryAt)
        {
            ExpirePackets(now);
        }

        if (now >= _heldAbortsAt)
        {
            ReleaseAborts(now);
        }

        _pingDue |= State == SessionState.Ready && _liveness.TryTakePing(now);

        if (now >= _hints.Deadline)
        {
            PingForHint(now);
        }

        _close.OnTimer(now);

        if (_ciphers.OnTimer(now))
        {
            Rest(now);
        }
    }

    /// <summary>Gives back what an idle session does not need; all of it is made again on the next datagram.</summary>
    private void Rest(long now)
    {
        _recovery.Trim();
        _mtu.Trim();
        _main.Sender.Trim();
        _main.Receiver.Trim();
        _scheduler.Trim();
        _messages.Trim();
        TrimValues(now);
        _pongs.Trim();
    }
}
