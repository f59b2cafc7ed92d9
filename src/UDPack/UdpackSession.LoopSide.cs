using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Protocol.Delivery;
using UDPack.Sessions;

namespace UDPack;

public sealed partial class UdpackSession
{
    /// <summary>
    /// The half of a session that lives on the loop: what the application asked for since the last turn, done in one go, and
    /// what the protocol has to say.
    /// </summary>
    private sealed class LoopSide(UdpackSession session, int creditBytes) : LoopWork, ISessionEvents
    {
        private const int CostPerPacket = 64;

        private int _posted;
        private long _taken;
        private long _closeDrainTicks = NoClose;
        private int _closeCode = -1;
        private int _abort;

        private const long NoClose = long.MaxValue;

        public void Post()
        {
            if (Interlocked.Exchange(ref _posted, 1) == 0)
            {
                session._loop.Post(this);
            }
        }

        /// <summary>The application took a packet. The loop hears of it in batches: only a good part of the credit is worth a wake-up.</summary>
        public void OnTaken(int length)
        {
            if (Interlocked.Add(ref _taken, length + CostPerPacket) >= creditBytes / 8)
            {
                Post();
            }
        }

        public bool IsCloseRequested => Volatile.Read(ref _closeDrainTicks) != NoClose || Volatile.Read(ref _abort) != 0;

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
            var length = packet.Length;
            switch (session._received.Add(packet))
            {
                case AddResult.Taken:
                    OnTaken(length);
                    break;
                case AddResult.Ended:
                    packet.Release();
                    break;
            }
        }

        public void OnPacketDone(Session core, PacketBuffer packet, PacketFate fate)
        {
            var length = packet.Length;
            var confirmation = packet.Confirmation;
            packet.Release();
            if (fate == PacketFate.Acknowledged)
            {
                confirmation?.OnAcknowledged();
            }
            else
            {
                confirmation?.OnLost();
            }

            if (session._outgoing.Release(length))
            {
                Post();
            }
        }

        public void OnDatagram(Session core, PacketBuffer message) => message.Release();

        public void OnStreamOpened(Session core, StreamChannel stream)
        {
        }

        public void OnStreamSlotFree(Session core)
        {
        }

        public void OnPeerMoved(Session core)
        {
        }

        public void OnEnded(Session core, in SessionEnd end) =>
            session.OnEnded(new UdpackCloseReason(end.Cause, end.ApplicationCode, end.Detail));

        private ushort? Code => _closeCode < 0 ? null : (ushort)_closeCode;
    }
}
