using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Protocol.Delivery;
using UDPack.Sessions;

namespace UDPack;

public sealed partial class UdpackStream
{
    /// <summary>The half of a stream that lives on the loop: what the application asked for since the last turn, and what the protocol has to say.</summary>
    private sealed class LoopSide(UdpackStream stream) : LoopWork, IStreamEvents, ISendQueueOwner
    {
        private int _posted;
        private TakenPackets _taken;
        private int _requests;
        private int _abortCode = -1;
        private bool _peerWaits;
        private bool _peerStillSends;
        private bool _readsAreOver;
        private bool _writesAreDone;
        private bool _isOver;

        [Flags]
        private enum Requests
        {
            Finish = 1,
            Abort = 2,
            Accept = 4,
            StopReading = 8,
        }

        public bool IsAccepted { get; private set; }

        /// <summary>The code this side gave the stream up with; null if it did not.</summary>
        public ushort? AbortCode => Volatile.Read(ref _abortCode) is >= 0 and var code ? (ushort)code : null;

        public void Post()
        {
            if (Interlocked.Exchange(ref _posted, 1) == 0)
            {
                stream.Session.Post(this);
            }
        }

        /// <summary>The application took a packet. The loop hears of it in batches: only a good part of the credit is worth a wake-up.</summary>
        public void OnTaken(in Taken taken)
        {
            if (taken.Cost == 0)
            {
                return;
            }

            if (_taken.Add(taken) >= stream.Session.StreamCreditBytes / 8
                || ((Volatile.Read(ref _peerWaits) || Volatile.Read(ref _isOver) || stream.Session.PeerWaits) && stream._received.IsEmpty))
            {
                Post();
            }
        }

        void ISendQueueOwner.OnAdmitted() => Post();

        public void RequestFinish() => Request(Requests.Finish);

        public void RequestAccept() => Request(Requests.Accept);

        public void RequestStopReading() => Request(Requests.StopReading);

        public void RequestAbort(ushort code)
        {
            Interlocked.CompareExchange(ref _abortCode, code, -1);
            Request(Requests.Abort);
        }

        public override void Run(long now)
        {
            Interlocked.Exchange(ref _posted, 0);
            HandOverAll(now);
            var taken = _taken.TakeAll();
            if (taken != default)
            {
                stream.Core.OnConsumed(now, taken);
            }

            if (_isOver)
            {
                return;
            }

            var requests = (Requests)Volatile.Read(ref _requests);
            if ((requests & Requests.Accept) != 0 && !IsAccepted)
            {
                IsAccepted = true;
                stream.Core.Accept();
            }

            if ((requests & Requests.Abort) != 0)
            {
                stream.Core.Abort(now, AbortCode!.Value);
            }
            else if ((requests & Requests.StopReading) != 0 && _peerStillSends && _writesAreDone && !_readsAreOver)
            {
                // The peer has all that was sent to it, and goes on sending what nobody wants.
                Interlocked.CompareExchange(ref _abortCode, StreamAbortCode.Cancelled, -1);
                stream.Core.Abort(now, StreamAbortCode.Cancelled);
            }
        }

        /// <summary>Hands what was accepted to the protocol, and its end if it has one.</summary>
        public void HandOverAll(long now)
        {
            // Read before the packets are taken, or one accepted just before the request would come after it.
            var requests = (Requests)Volatile.Read(ref _requests);
            for (var packet = stream.Outgoing.TakeAll(); packet is not null;)
            {
                var next = packet.Next;
                packet.Next = null;
                stream.Core.Send(now, packet);
                packet = next;
            }

            if ((requests & Requests.Finish) != 0 && !_isOver)
            {
                stream.Core.Finish();
            }
        }

        public void OnPacket(PacketChannel channel, PacketBuffer packet)
        {
            // Read first: a waiting reader may be done with the packet before this returns.
            var taken = Taken.Of(packet);
            switch (stream._received.Add(packet))
            {
                case AddResult.Taken:
                    OnTaken(taken);
                    break;
                case AddResult.Ended:
                    packet.Release();
                    OnTaken(taken);
                    _peerStillSends = true;
                    Post();
                    break;
            }
        }

        public void OnPacketSkipped(PacketChannel channel, long number) => stream._received.AddSkipped(number, stream.Session.Buffers);

        public void OnPacketDone(PacketChannel channel, PacketBuffer packet, PacketFate fate)
        {
            if (SendCompletion.Finish(packet, fate, stream.Outgoing, stream.Session.StreamSendCapacity(stream._sendBufferBytes)))
            {
                Post();
            }
        }

        public void OnAccepted(PacketChannel channel) => IsAccepted = true;

        public void OnPeerBlocked(PacketChannel channel)
        {
            // Written first: whoever takes a packet from now on reports it, or it is reported here.
            Interlocked.Exchange(ref _peerWaits, true);
            OnPeerWaits();
        }

        public void OnPeerWaits()
        {
            if (_taken.HasAny)
            {
                Post();
            }
        }

        public void OnReadsCompleted(PacketChannel channel)
        {
            _readsAreOver = true;
            stream._received.End(null);
            stream._readsClosed.TrySetResult();
        }

        public void OnWritesCompleted(PacketChannel channel)
        {
            _writesAreDone = true;
            stream._writesClosed.TrySetResult();
            if (_peerStillSends)
            {
                Post();
            }
        }

        public void OnEnded(PacketChannel channel, in StreamEnd end)
        {
            Volatile.Write(ref _isOver, true);
            stream.OnEnded(end, _readsAreOver);

            // Whoever takes a packet from now on sees the end; what was taken before is reported here.
            Interlocked.MemoryBarrier();
            if (_taken.HasAny)
            {
                Post();
            }
        }

        private void Request(Requests request)
        {
            Interlocked.Or(ref _requests, (int)request);
            Post();
        }
    }
}
