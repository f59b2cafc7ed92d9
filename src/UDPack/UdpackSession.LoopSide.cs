using System.Collections.Concurrent;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Protocol.Delivery;
using UDPack.Sessions;
using UDPack.Sockets;

namespace UDPack;

public sealed partial class UdpackSession
{
    /// <summary>
    /// The half of a session that lives on the loop: what the application asked for since the last turn, done in one go, and
    /// what the protocol has to say.
    /// </summary>
    private sealed class LoopSide(UdpackSession session) : LoopWork, ISessionEvents
    {
        private const long NoClose = long.MaxValue;

        private ConcurrentQueue<StreamOpening>? _openings;
        private int _posted;
        private long _taken;
        private long _closeDrainTicks = NoClose;
        private int _closeCode = -1;
        private int _abort;

        public bool IsCloseRequested => Volatile.Read(ref _closeDrainTicks) != NoClose || Volatile.Read(ref _abort) != 0;

        private ushort? Code => _closeCode < 0 ? null : (ushort)_closeCode;

        public void Post()
        {
            if (Interlocked.Exchange(ref _posted, 1) == 0)
            {
                session._loop.Post(this);
            }
        }

        /// <summary>The application took a packet. The loop hears of it in batches: only a good part of the credit is worth a wake-up.</summary>
        public void OnTaken(long cost)
        {
            if (Interlocked.Add(ref _taken, cost) >= session._options.SessionCreditBytes / 8)
            {
                Post();
            }
        }

        public async ValueTask<UdpackStream> OpenAsync(StreamOpening opening, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var openings = _openings ?? Interlocked.CompareExchange(ref _openings, [], null) ?? _openings;
            openings.Enqueue(opening);
            Post();
            if (session.IsClosing)
            {
                // Whoever ended the session may have looked for openings before this one.
                opening.Fail(session.CreateEndException());
            }

            using var cancellation = cancellationToken.UnsafeRegister(
                static (opening, token) => ((StreamOpening)opening!).Cancel(token), opening);
            return await opening.Task.ConfigureAwait(false);
        }

        public void RequestClose(TimeSpan drain, ushort? applicationCode)
        {
            // What is accepted is sent; so nothing more may be accepted, not even of those who wait.
            session._outgoing.End(session.CreateEndException);
            if (applicationCode is { } code)
            {
                Interlocked.CompareExchange(ref _closeCode, code, -1);
            }

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

        public void RequestAbort(ushort? applicationCode)
        {
            if (applicationCode is { } code)
            {
                Interlocked.CompareExchange(ref _closeCode, code, -1);
            }

            Volatile.Write(ref _abort, 1);
            Post();
        }

        public override void Run(long now)
        {
            Interlocked.Exchange(ref _posted, 0);
            if (Volatile.Read(ref _abort) != 0)
            {
                session._core.Abort(now, Code);
            }

            // Read before the packets are taken, or one accepted just before the request would come after it.
            var drain = Volatile.Read(ref _closeDrainTicks);
            for (var packet = session._outgoing.TakeAll(); packet is not null;)
            {
                var next = packet.Next;
                packet.Next = null;
                session._core.Send(now, packet);
                packet = next;
            }

            while (session._outbox?.TryTake() is { } message)
            {
                session._core.SendDatagram(now, message);
            }

            if (IsCloseRequested)
            {
                FailOpenings();
            }
            else
            {
                OpenStreams(now);
            }

            var taken = Interlocked.Exchange(ref _taken, 0);
            if (taken > 0)
            {
                session._core.OnConsumedCost(now, taken);
            }

            if (drain != NoClose)
            {
                session._core.Close(now, drain == NoClose - 1 ? long.MaxValue : drain / TimeSpan.TicksPerMicrosecond, Code);
            }
        }

        /// <summary>The loop is gone: nothing that was to be sent will be.</summary>
        public void ReleaseAll()
        {
            session._core.Discard();
            for (var packet = session._outgoing.TakeAll(); packet is not null;)
            {
                var next = packet.Next;
                packet.Next = null;
                OnPacketDone(session._core, packet, PacketFate.Lost);
                packet = next;
            }
        }

        public void OnPacket(Session core, PacketBuffer packet)
        {
            // Read first: a waiting reader may be done with the packet before this returns.
            var cost = PacketQueue.CostOf(packet);
            switch (session._received.Add(packet))
            {
                case AddResult.Taken:
                    OnTaken(cost);
                    break;
                case AddResult.Ended:
                    packet.Release();
                    break;
            }
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
            if (session.Messages.Add(message) == AddResult.Ended)
            {
                message.Release();
            }
        }

        public void OnStreamOpened(Session core, StreamChannel channel)
        {
            var stream = new UdpackStream(session, channel.Mode, channel.Priority);
            channel.Events = stream.Events;
            stream.Attach(channel);
            session._accepting.Add(stream);
        }

        public void OnStreamSlotFree(Session core)
        {
            if (_openings is { IsEmpty: false })
            {
                Post();
            }
        }

        public void OnPeerMoved(Session core) => Volatile.Write(ref session._remote, SocketAddresses.ToEndPoint(core.RemoteAddress));

        public void OnEnded(Session core, in SessionEnd end)
        {
            session.OnEnded(new UdpackCloseReason(end.Cause, end.ApplicationCode, end.Detail));
            FailOpenings();
        }

        private void OpenStreams(long now)
        {
            while (_openings is not null && _openings.TryPeek(out var opening) && opening.TryOpen(now, session._core))
            {
                _openings.TryDequeue(out _);
            }
        }

        private void FailOpenings()
        {
            while (_openings is not null && _openings.TryDequeue(out var opening))
            {
                opening.Fail(session.CreateEndException());
            }
        }
    }
}
