using System.Net;
using UDPack.Protocol;
using UDPack.Protocol.Sessions;
using UDPack.Sessions;

namespace UDPack;

public sealed partial class UdpackListener
{
    /// <summary>The half of a listener that lives on the loop.</summary>
    private sealed class LoopSide(UdpackListener listener) : IServerEvents, ISessionOwner
    {
        private const int LeastWaiting = 16;

        public IPEndPoint LocalEndPoint => listener.LocalEndPoint;

        public string EndpointName => listener._options.Name;

        public bool ObservesHandshakes => listener._progress.IsActive;

        public void OnTurn(long now)
        {
            GiveJobs();
            var moreWait = listener._endpoint.JobsWaiting > 0;
            if (moreWait || listener._workers.MoreWait)
            {
                listener._workers.MoreWait = moreWait;
            }

            if (!moreWait)
            {
                return;
            }

            // A worker may have made room before it could know that more wait.

            GiveJobs();
            listener._endpoint.ShedJobs(now, Math.Max(0, listener._options.HandshakeQueueLength - listener._workers.Waiting));
        }

        /// <summary>A worker has room for what waits: a turn of the loop gives it some.</summary>
        public void Wake() => listener._loop.Post(static _ => { });

        public void PostCompletion(HandshakeJob job) => listener._loop.Post(now => listener._endpoint.CompleteJob(now, job));

        public void OnSessionReady(long now, Session core)
        {
            // Those its handshake began with, whatever Reconfigure said meanwhile.
            var options = (UdpackSessionOptions)core.UserState!;
            var session = new UdpackSession(core, listener._loop, this, listener._buffers, options);
            listener._sessions[session.Id] = session;
            session.ReadyAt = listener._options.TimeProvider.GetTimestamp();
            listener._log.OnBegan(session);
            session.ArmExpiry(listener._options.TimeProvider);
            if (listener._isDraining)
            {
                session.RequestClose();
            }

            // An application that stopped accepting must not be handed sessions without end. Where few may live, it may be late by more: those
            // that have ended wait for it too, and take no place.
            var most = Math.Max(listener._options.MaxSessions, LeastWaiting);
            if (listener._accepted.Reader.Count >= most || !listener._accepted.Writer.TryWrite(session))
            {
                if (listener._limit.Allows())
                {
                    listener.LogNotAccepted(listener._options.Name, most);
                }

                session.AbortFor(GoAwayReason.Busy);
            }
        }

        public void OnHandshakeEnded(in HandshakeEnd end) => listener.OnHandshakeEnded(end);

        public void OnHandshakeStep(in HandshakeStep step, in PeerAddress from) =>
            listener._progress.Report(step);

        public void OnShakehandDropped(DropReason reason, in PeerAddress from) => listener._log.OnShakehandDropped(from, reason);

        public void OnMoveRefused(Session session, in PeerAddress before, SessionLimit limit)
        {
            if (listener._sessions.TryGetValue(session.Id, out var moved))
            {
                listener._log.OnMoveRefused(moved, before, session.RemoteAddress, limit);
            }
        }

        public void OnSessionEnded(UdpackSession session)
        {
            listener._sessions.TryRemove(session.Id, out _);
            var lifetime = listener._options.TimeProvider.GetElapsedTime(session.ReadyAt);
            listener._log.OnEnded(session, lifetime);
            listener._options.Observer?.OnSessionEnded(session, lifetime);
            listener.CheckDrained();
        }

        private void GiveJobs()
        {
            while (listener._workers.HasRoom && listener._endpoint.TryTakeJob(out var job))
            {
                listener._workers.Add(job);
            }
        }
    }
}
