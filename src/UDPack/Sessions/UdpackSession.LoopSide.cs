using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Sessions;
using UDPack.Sessions;
using UDPack.Sockets;

namespace UDPack;

public sealed partial class UdpackSession
{
    /// <summary>
    /// The half of a session that lives on the loop: what the application asked for since the last turn, done in one go, and
    /// what the protocol has to say.
    /// </summary>
    private sealed partial class LoopSide(UdpackSession session) : LoopWork, ISessionEvents, ISendQueueOwner
    {
        private const long NoClose = long.MaxValue;

        private StreamOpenings? _openings;

        private OpenStreams? _streams;
        private TaskCompletionSource? _receivedAll;
        private int _posted;
        private TakenPackets _taken;
        private bool _peerWaits;
        private long _closeDrainTicks = NoClose;
        private CloseWords? _words;
        private int _abort;
        private int _findsLarger;
        private bool _isUnreachable;

        public bool IsCloseRequested => IsGracefulCloseRequested || IsAbortRequested;

        public bool IsAbortRequested => Volatile.Read(ref _abort) != 0;

        public bool IsGracefulCloseRequested => Volatile.Read(ref _closeDrainTicks) != NoClose;

        /// <summary>Whether the peer has ever waited for credit: then what was consumed is reported as soon as nothing is left to take.</summary>
        public bool PeerWaits => Volatile.Read(ref _peerWaits);

        private CloseWords Words => Volatile.Read(ref _words) ?? CloseWords.None;

        public void Post()
        {
            if (Interlocked.Exchange(ref _posted, 1) == 0)
            {
                session._loop.Post(this);
            }
        }

        /// <summary>The application has messages that are too large for now. Asking once is enough.</summary>
        public void FindLargerDatagrams()
        {
            if (Interlocked.CompareExchange(ref _findsLarger, 1, 0) == 0)
            {
                Post();
            }
        }

        void ISendQueueOwner.OnAdmitted() => Post();

        /// <summary>The application took a packet. The loop hears of it in batches: only a good part of the credit is worth a wake-up.</summary>
        public void OnTaken(in Taken taken)
        {
            if (taken.Cost == 0)
            {
                return;
            }

            if (_taken.Add(taken) >= session._options.SessionCreditBytes / 8
                || ((PeerWaits || session.CloseReason is not null) && session._received.IsEmpty))
            {
                Post();
            }
        }

        /// <summary>The application is done with a session that ended: the loop hears now of all it took.</summary>
        public void FlushTaken()
        {
            session._unread?.Dispose();
            Post();
        }

        /// <summary>Nobody can read any more what is left of a session that ended. By the finalizer's thread.</summary>
        public void OnUnreachable()
        {
            Volatile.Write(ref _isUnreachable, true);
            Post();
        }

        public async ValueTask<UdpackStream> OpenAsync(StreamOpening opening, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var openings = _openings ?? Interlocked.CompareExchange(ref _openings, new StreamOpenings(), null) ?? _openings;
            var place = openings.Add(opening);
            Post();
            if (session.IsClosing)
            {
                // Whoever ended the session may have looked for openings before this one.
                openings.Remove(place);
                opening.Fail(session.CreateEndException());
            }

            using var cancellation = cancellationToken.UnsafeRegister(
                (_, token) =>
                {
                    openings.Remove(place);
                    opening.Cancel(token);
                },
                null);
            return await opening.Task.ConfigureAwait(false);
        }

        public Task StopReceivingAsync()
        {
            var all = _receivedAll ?? Interlocked.CompareExchange(ref _receivedAll, new(TaskCreationOptions.RunContinuationsAsynchronously), null) ?? _receivedAll;
            Post();
            if (session.CloseReason is not null)
            {
                // Whoever ended it may have looked for this before it was there.
                all.TrySetResult();
            }

            return all.Task;
        }

        public void RequestClose(TimeSpan drain, CloseWords? words)
        {
            // What is accepted is sent; so nothing more may be accepted, not even of those who wait.
            session._outgoing.End(session.CreateEndException);
            Interlocked.CompareExchange(ref _words, words, null);
            var ticks = drain == Timeout.InfiniteTimeSpan ? NoClose - 1 : drain.Ticks;
            var seen = Volatile.Read(ref _closeDrainTicks);
            while (ticks < seen)
            {
                var before = Interlocked.CompareExchange(ref _closeDrainTicks, ticks, seen);
                if (before == seen)
                {
                    break;
                }

                seen = before;
            }

            Post();
        }

        public void RequestAbort(CloseWords? words)
        {
            Interlocked.CompareExchange(ref _words, words, null);
            Volatile.Write(ref _abort, 1);
            Post();
        }

        public override void Run(long now)
        {
            Interlocked.Exchange(ref _posted, 0);
            if (Volatile.Read(ref _abort) != 0)
            {
                session._core.Abort(now, Words.Code, Words.Text, Words.Reason);
            }

            if (Volatile.Read(ref _findsLarger) != 0)
            {
                session._core.Route.FindLargerDatagrams();
            }

            // Read before the packets are taken, or one accepted just before the request would come after it.
            var drain = Volatile.Read(ref _closeDrainTicks);
            for (var packet = session._outgoing.TakeAll(); packet is not null;)
            {
                var next = packet.Next;
                packet.Next = null;
                session._core.Outbox.Send(now, packet);
                packet = next;
            }

            while (session._outbox?.TryTake() is { } message)
            {
                session._core.Messages.Send(message);
            }

            while (session._latestOutbox?.TryTake() is { } value)
            {
                session._core.Values.Send(value);
            }

            var values = Interlocked.Exchange(ref _valuesTaken, 0);
            if (values > 0 || session.CloseReason is not null)
            {
                session._core.Values.OnTaken(now, values);
            }

            if (_receivedAll is not null)
            {
                session._core.Inbox.StopReceiving();
                CheckReceivedAll();
            }

            var taken = _taken.TakeAll();
            if (taken != default)
            {
                session._core.Inbox.OnConsumed(now, taken);
            }

            if (Volatile.Read(ref _isUnreachable))
            {
                session._core.ReleaseDelivered();
            }

            if (IsCloseRequested)
            {
                _openings?.FailAll(session.CreateEndException);
            }
            else
            {
                _openings?.OpenAll(now, session._core);
            }

            if (drain != NoClose)
            {
                if (_streams is not null)
                {
                    foreach (var stream in _streams)
                    {
                        stream.HandOverAll(now);
                    }
                }

                session._core.Close(now, drain == NoClose - 1 ? long.MaxValue : drain / TimeSpan.TicksPerMicrosecond, Words.Code, Words.Text);
            }
        }

        /// <summary>The stream is open in the protocol from now on.</summary>
        public void Add(UdpackStream stream) => (_streams ??= new()).Add(stream);

        public void Remove(UdpackStream stream) => _streams?.Remove(stream);

        /// <summary>The loop hangs: those who wait for what it should bring are answered without it.</summary>
        public void Abandon()
        {
            Volatile.Read(ref _receivedAll)?.TrySetResult();
            _openings?.FailAll(session.CreateEndException);
            foreach (var stream in Volatile.Read(ref _streams)?.Copy() ?? [])
            {
                stream.Abandon();
            }
        }

        /// <summary>The loop is gone: nothing that was to be sent will be.</summary>
        public void ReleaseAll()
        {
            var streams = _streams?.Copy() ?? [];
            session._core.Discard();
            Volatile.Read(ref _receivedAll)?.TrySetResult();
            _openings?.FailAll(session.CreateEndException);
            Release(session._outgoing);
            foreach (var stream in streams)
            {
                Release(stream.Outgoing);
            }
        }

        public void OnPacket(Session core, PacketBuffer packet)
        {
            // Read first: a waiting reader may be done with the packet before this returns.
            var taken = Taken.Of(packet);
            switch (session._received.Add(packet))
            {
                case AddResult.Taken:
                    OnTaken(taken);
                    break;
                case AddResult.Ended:
                    packet.Release();
                    break;
            }

            CheckReceivedAll();
        }

        public void OnPacketDone(Session core, PacketBuffer packet, PacketFate fate)
        {
            if (SendCompletion.Finish(packet, fate, session._outgoing, session.SendCapacity))
            {
                Post();
            }
        }

        public void OnDatagram(Session core, PacketBuffer message)
        {
            switch (session.Messages.Add(message))
            {
                case AddResult.Kept:
                    Volatile.Read(ref session._observer)?.OnMessageWaits();
                    break;
                case AddResult.Ended:
                    message.Release();
                    break;
            }
        }

        public void OnStreamOpened(Session core, PacketChannel channel)
        {
            var stream = new UdpackStream(session, channel.Mode, channel.Priority);
            channel.Events = stream.Events;
            stream.Attach(channel);
            if (session.Accepting.Add(stream))
            {
                Volatile.Read(ref session._observer)?.OnStreamWaits();
            }
        }

        public void OnStreamSlotFree(Session core)
        {
            if (_openings is { IsEmpty: false })
            {
                Post();
            }
        }

        public void OnPeerBlocked(Session core)
        {
            // Written first: whoever takes a packet from now on reports it, or it is reported here.
            Interlocked.Exchange(ref _peerWaits, true);
            if (_taken.HasAny)
            {
                Post();
            }

            // Often, on a session whose credit is small: no set for nothing.
            if (_streams is not null)
            {
                foreach (var stream in _streams)
                {
                    stream.OnPeerWaits();
                }
            }
        }

        public void OnPeerMoved(Session core) => Volatile.Write(ref session._remote, SocketAddresses.ToEndPoint(core.RemoteAddress));

        public void OnEnded(Session core, in SessionEnd end)
        {
            session.OnEnded(new UdpackCloseReason(end.Cause, end.ApplicationCode, end.Detail, end.Reason));
            Volatile.Read(ref _receivedAll)?.TrySetResult();
            _openings?.FailAll(session.CreateEndException);
            if (_taken.HasAny)
            {
                // Nothing more comes that would have it reported.
                Post();
            }

            if (core.Memory.Delivered > 0)
            {
                session._unread = new UnreadAtEnd(OnUnreachable);
            }
        }

        private void CheckReceivedAll()
        {
            if (_receivedAll is { } all && session._core.Inbox.HasStopped)
            {
                all.TrySetResult();
            }
        }

        private static void Release(SendQueue outgoing)
        {
            for (var packet = outgoing.TakeAll(); packet is not null;)
            {
                var next = packet.Next;
                packet.Next = null;
                SendCompletion.Finish(packet, PacketFate.Lost, outgoing, 0);
                packet = next;
            }
        }
    }
}
