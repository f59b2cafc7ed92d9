using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol;

internal sealed partial class ServerEndpoint
{
    private readonly Queue<PendingHandshake> _replies = [];
    private readonly PrefixCounts _sessionsPerHost;
    private readonly PrefixCounts _sessionsPerPrefix;
    private RememberedList _remembered;
    private RateLimit _refusals;

    /// <summary>Leaves at most so much public-key work waiting.</summary>
    public void ShedJobs(long now, int most)
    {
        while (_jobs.Count > most)
        {
            AbandonJob(now, _jobs.Shed());
        }
    }

    /// <summary>There is no room for the work: the handshake is forgotten, and the client's next try starts it anew.</summary>
    public void AbandonJob(long now, HandshakeJob job)
    {
        _expensive -= job.IsExpensive ? 1 : 0;
        DropShakehand(DropReason.HandshakesFull, job.Pending.Path.Remote);
        job.Shakehand.OnJobEnded();
        ReportEnd(now, job.Pending, HandshakeOutcome.Dropped, dropReason: DropReason.HandshakesFull);
        DropFor(job);
    }

    /// <summary>Takes a job back from its worker.</summary>
    public void CompleteJob(long now, HandshakeJob job)
    {
        var pending = job.Pending;
        var shakehand = job.Shakehand;
        _expensive -= job.IsExpensive ? 1 : 0;
        shakehand.OnJobEnded();
        if (pending.IsDropped)
        {
            job.Setup?.Sealer.Dispose();
            job.Setup?.Opener.Dispose();
            ReportEnd(now, pending, HandshakeOutcome.Dropped, dropReason: DropReason.RepeatedShakehand);
            return;
        }

        if (job.Outcome == JobOutcome.Accepted && _live >= _options.MaxSessions)
        {
            // Others were quicker while the worker was busy with this one.
            job.Setup!.Sealer.Dispose();
            job.Setup.Opener.Dispose();
            job.Refuse(HandshakeRejection.Busy);
        }

        switch (job.Outcome)
        {
            case JobOutcome.Accepted:
                Accept(now, job);
                break;
            case JobOutcome.Refused:
                RefuseAll(now, job);
                return;
            default:
                var reason = job.Outcome == JobOutcome.Dropped ? job.DropReason : DropReason.BadShakehand;
                Counters.Drop(reason);
                ReportEnd(now, pending, HandshakeOutcome.Dropped, dropReason: reason);
                HintRefusal(now, pending);
                DropFor(job);
                return;
        }

        if (job.NeedsVerdict)
        {
            shakehand.Verdict = ShakehandVerdict.Accepted;
            shakehand.ForgetToken();
            shakehand.Payload = null;
            DecideWaiting(now, shakehand, pending);
        }
    }

    void IPendingOwner.OnPendingTimer(long now, PendingHandshake pending)
    {
        switch (pending.State)
        {
            case PendingState.Working:
                // The worker's own timeout ends this; its result must still find the entry.
                Timers.Schedule(pending, now + PendingHandshake.Lifetime);
                break;
            case PendingState.Open:
                ExpireOpen(now, pending);
                break;
            case var _ when now < pending.LastShakehandAt + PendingHandshake.Lifetime:
                Timers.Schedule(pending, pending.LastShakehandAt + PendingHandshake.Lifetime);
                break;
            default:
                Drop(pending);
                break;
        }
    }

    private void Accept(long now, HandshakeJob job)
    {
        var pending = job.Pending;
        var session = new Session(this, job.Setup!, job.SessionOptions, pending.Path, now)
        {
            Verdict = job.Shakehand.Principal,
            Pending = pending,
        };
        Add(session);
        pending.Session = session;
        pending.ServerShare = job.ServerShare;
        pending.Parameters = job.Setup!.Local;
        pending.State = PendingState.Open;
        pending.Replies = 0;
        Timers.Schedule(pending, now + _options.HandshakeTimeoutMicros);
        DueReply(pending);
    }

    private void RefuseAll(long now, HandshakeJob job)
    {
        var shakehand = job.Shakehand;
        if (job.NeedsVerdict)
        {
            shakehand.Verdict = ShakehandVerdict.Refused;
            shakehand.Rejection = job.Rejection;
        }

        Counters.Refuse(job.Rejection);
        ReportEnd(now, job.Pending, HandshakeOutcome.Refused, job.Rejection);
        Refuse(now, job.Pending, job.Rejection);
        if (job.Rejection == HandshakeRejection.Busy)
        {
            // Never cached: the next try may find room.
            DropFor(job);
            return;
        }

        if (!job.NeedsVerdict)
        {
            // One address failed; the payload's verdict stands for the others.
            return;
        }

        shakehand.Forget();
        DecideWaiting(now, shakehand, job.Pending);
    }

    private void Refuse(long now, PendingHandshake pending, HandshakeRejection reason)
    {
        pending.Refusal = HandshakeFrames.Refusal(pending.SessionId, Timestamp(now), reason, pending.Shakehand.RejectSecret);
        pending.State = PendingState.Refused;
        _sessions.Remove(pending.SessionId);
        SendStateless(pending.Path, pending.Refusal);
        Observe(now, HandshakeStepKind.Refusal, SessionState.Close, pending, pending.Refusal.Length);
        Remember(now, pending);
    }

    /// <summary>Others that sent the same payload from elsewhere were waiting for the verdict.</summary>
    private void DecideWaiting(long now, OpenedShakehand shakehand, PendingHandshake first)
    {
        if (shakehand.Handshakes.Count == 1)
        {
            return;
        }

        foreach (var waiting in shakehand.Handshakes.ToArray())
        {
            if (waiting != first && waiting is { IsDropped: false, State: PendingState.Working, SessionId: 0 })
            {
                Decide(now, waiting);
            }
        }
    }

    private void ExpireOpen(long now, PendingHandshake pending)
    {
        Counters.HandshakesExpired++;
        ReportEnd(now, pending, HandshakeOutcome.Expired);
        Observe(now, HandshakeStepKind.Timeout, SessionState.Close, pending, 0);
        DiscardSession(pending);
        pending.State = PendingState.Expired;
        Remember(now, pending);
    }

    /// <summary>The session became READY: repeats are dropped from now on, and so is whatever else the payload led to.</summary>
    private void FinishHandshake(long now, Session session, int datagramLength, bool isRefused)
    {
        if (session.Pending is not { } pending)
        {
            return;
        }

        if (pending.Replies == 1)
        {
            session.OnHandshakeRtt(now - pending.RepliedAt);
        }

        Observe(now, HandshakeStepKind.Confirmation, SessionState.Ready, pending, datagramLength);
        ReportEnd(now, pending, isRefused ? HandshakeOutcome.Refused : HandshakeOutcome.Completed, HandshakeRejection.Busy);
        session.Pending = null;
        pending.Session = null;
        pending.ServerShare = null;
        pending.State = PendingState.Ready;
        var shakehand = pending.Shakehand;
        shakehand.Verdict = ShakehandVerdict.Confirmed;
        if (shakehand.Handshakes.Count > 1)
        {
            foreach (var other in shakehand.Handshakes.ToArray())
            {
                if (other != pending)
                {
                    if (other.State == PendingState.Open)
                    {
                        ReportEnd(now, other, HandshakeOutcome.Dropped, dropReason: DropReason.RepeatedShakehand);
                    }

                    Drop(other);
                }
            }
        }

        shakehand.Forget();
        Remember(now, pending);
    }

    private void ReportEnd(
        long now, PendingHandshake pending, HandshakeOutcome outcome, HandshakeRejection rejection = default, DropReason dropReason = default)
    {
        var from = pending.From;
        var limit = outcome == HandshakeOutcome.Refused && rejection == HandshakeRejection.Busy ? LimitReached(from) : SessionLimit.None;
        _events.OnHandshakeEnded(new HandshakeEnd(outcome, rejection, dropReason, now - pending.StartedAt, pending.Trace, from, limit));
        pending.Trace = null;
    }

    private void DueReply(PendingHandshake pending)
    {
        if (!pending.IsReplyDue)
        {
            pending.IsReplyDue = true;
            _replies.Enqueue(pending);
        }
    }

    private bool TryWriteReply(long now, Span<byte> buffer, out Transmit transmit)
    {
        while (_replies.TryDequeue(out var pending))
        {
            pending.IsReplyDue = false;
            if (pending.State != PendingState.Open || pending.IsDropped)
            {
                continue;
            }

            var length = WriteReply(now, pending, buffer);
            if (length > pending.ShakehandSize)
            {
                Counters.Drop(DropReason.AmplificationLimit);
                continue;
            }

            pending.Replies++;
            pending.RepliedAt = now;
            Observe(now, HandshakeStepKind.Reply, SessionState.Open, pending, length);
            transmit = new Transmit(pending.Path, length, length);
            return true;
        }

        transmit = default;
        return false;
    }

    /// <summary>The same share and parameters in every reply, sealed anew under the next number.</summary>
    private int WriteReply(long now, PendingHandshake pending, Span<byte> buffer)
    {
        HandshakeFrames.WriteBare(buffer, pending.SessionId, Timestamp(now), Opcode.Handshake, (byte)HandshakeCode.Success);
        pending.ServerShare.CopyTo(buffer[HandshakeFrames.BareSize..]);
        var clearLength = HandshakeFrames.BareSize + KeySchedule.ServerShareSize;
        var length = clearLength + pending.Parameters.Write(buffer[clearLength..]);
        return pending.Session!.Ciphers.Seal(now, buffer, clearLength, length);
    }

    /// <summary>Tells whoever sent what does not open that it is heard, unauthenticated and the same for every cause.</summary>
    private void HintRefusal(long now, PendingHandshake pending)
    {
        if (_refusals.TryTake(now))
        {
            Span<byte> bare = stackalloc byte[HandshakeFrames.BareSize];
            HandshakeFrames.WriteBare(bare, pending.SessionId, Timestamp(now), Opcode.Handshake, (byte)HandshakeCode.Failed);
            SendStateless(pending.Path, bare);
        }
    }

    /// <summary>Forgets what a job was for: all that wait for its verdict, or one that came after it.</summary>
    private void DropFor(HandshakeJob job)
    {
        if (!job.NeedsVerdict)
        {
            Drop(job.Pending);
            return;
        }

        foreach (var pending in job.Shakehand.Handshakes.ToArray())
        {
            Drop(pending);
        }
    }

    /// <summary>Forgets a handshake and what it holds.</summary>
    private void Drop(PendingHandshake pending)
    {
        if (pending.IsDropped)
        {
            return;
        }

        pending.IsDropped = true;
        Timers.Cancel(pending);
        if (pending.IsRemembered)
        {
            Unremember(pending);
        }
        else
        {
            CountUnfinished(pending, -1);
            DiscardSession(pending);
        }

        var shakehand = pending.Shakehand;
        shakehand.Handshakes.Remove(pending);
        if (shakehand.Handshakes.Count == 0)
        {
            _opened.Remove((shakehand.ClientId, shakehand.Hash));
            shakehand.Forget();
        }
    }

    private void DiscardSession(PendingHandshake pending)
    {
        if (pending.SessionId != 0)
        {
            // Free for others from now on.
            _sessions.Remove(pending.SessionId);
            pending.SessionId = 0;
        }

        if (pending.Session is { } session)
        {
            Unschedule(session);
            session.Discard();
            _live--;
            pending.Session = null;
        }

        pending.ServerShare = null;
    }

    private void Remember(long now, PendingHandshake pending)
    {
        CountUnfinished(pending, -1);
        _remembered.Add(pending);
        Timers.Schedule(pending, pending.LastShakehandAt + PendingHandshake.Lifetime);
        while (_remembered.Count > MaxRemembered && _remembered.Oldest is { } oldest && oldest != pending)
        {
            Drop(oldest);
        }
    }

    private void Unremember(PendingHandshake pending) => _remembered.Remove(pending);

    /// <summary>Whether the address's host or prefix has all the sessions it may have.</summary>
    private bool OwnerIsFull(in PeerAddress from) => HostIsFull(from) || PrefixIsFull(from);

    private bool HostIsFull(in PeerAddress from) => _options.MaxSessionsPerAddress is { } perHost && _sessionsPerHost.Of(from) >= perHost;

    private bool PrefixIsFull(in PeerAddress from) => _options.MaxSessionsPerPrefix is { } perPrefix && _sessionsPerPrefix.Of(from) >= perPrefix;

    private SessionLimit LimitReached(in PeerAddress from) => HostIsFull(from) ? SessionLimit.Address
        : PrefixIsFull(from) ? SessionLimit.Prefix
        : _live >= _options.MaxSessions ? SessionLimit.Endpoint : SessionLimit.None;

    /// <summary>The same for a session that is counted already: what it moves within does not get fuller by it.</summary>
    private SessionLimit LimitForMover(in PeerAddress from, in PeerAddress to) =>
        !_sessionsPerHost.AreOne(from, to) && HostIsFull(to) ? SessionLimit.Address
        : !_sessionsPerPrefix.AreOne(from, to) && PrefixIsFull(to) ? SessionLimit.Prefix : SessionLimit.None;

    private void CountSession(in PeerAddress address, int change)
    {
        _sessionsPerHost.Add(address, change);
        _sessionsPerPrefix.Add(address, change);
    }
}
