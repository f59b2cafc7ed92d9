using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Protocol.Delivery;
using UDPack.Sessions;

namespace UDPack;

public sealed partial class UdpackStream
{
    /// <summary>The half of a stream that lives on the loop.</summary>
    private sealed class LoopSide(UdpackStream stream) : LoopWork, IStreamEvents
    {
        private int _posted;
        private long _taken;
        private int _requests;
        private int _abortCode = -1;
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
        public void OnTaken(long cost)
        {
            if (cost > 0 && Interlocked.Add(ref _taken, cost) >= stream.Session.StreamCreditBytes / 8)
            {
                Post();
            }
        }

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

            // Read before the packets are taken, or one accepted just before the request would come after it.
            var requests = (Requests)Volatile.Read(ref _requests);
            for (var packet = stream._outgoing.TakeAll(); packet is not null;)
            {
                var next = packet.Next;
                packet.Next = null;
                stream.Core.Send(now, packet);
                packet = next;
            }

            var taken = Interlocked.Exchange(ref _taken, 0);
            if (taken > 0)
            {
                stream.Core.OnConsumed(now, taken);
            }

            if (_isOver)
            {
                return;
            }

            if ((requests & Requests.Accept) != 0 && !IsAccepted)
            {
                IsAccepted = true;
                stream.Core.Accept(now);
            }

            if ((requests & Requests.Finish) != 0)
            {
                stream.Core.Finish(now);
            }

            if ((requests & Requests.Abort) != 0)
            {
                stream.Core.Abort(now, AbortCode!.Value);
            }
            else if ((requests & Requests.StopReading) != 0)
            {
                StopPeer(now);
            }
        }

        public void OnPacket(StreamChannel channel, PacketBuffer packet)
        {
            // Read first: a waiting reader may be done with the packet before this returns.
            var cost = PacketQueue.CostOf(packet);
            switch (stream._received.Add(packet))
            {
                case AddResult.Taken:
                    OnTaken(cost);
                    break;
                case AddResult.Ended:
                    packet.Release();
                    OnTaken(cost);
                    break;
            }
        }

        public void OnPacketSkipped(StreamChannel channel, long number)
        {
            var marker = stream.Session.RentMarker();
            marker.IsSkipped = true;
            marker.Number = number;
            if (stream._received.Add(marker) == AddResult.Ended)
            {
                marker.Release();
            }
        }

        public void OnPacketDone(StreamChannel channel, PacketBuffer packet, PacketFate fate)
        {
            if (SendCompletion.Finish(packet, fate, stream._outgoing, stream.Session.SendCapacity))
            {
                Post();
            }
        }

        public void OnAccepted(StreamChannel channel) => IsAccepted = true;

        public void OnReadsCompleted(StreamChannel channel)
        {
            _readsAreOver = true;
            stream._received.End(null);
            stream._readsClosed.TrySetResult();
        }

        public void OnWritesCompleted(StreamChannel channel)
        {
            _writesAreDone = true;
            stream._writesClosed.TrySetResult();
            if (((Requests)Volatile.Read(ref _requests) & Requests.StopReading) != 0)
            {
                Post();
            }
        }

        public void OnEnded(StreamChannel channel, in StreamEnd end)
        {
            _isOver = true;
            stream.OnEnded(end);
        }

        /// <summary>Nobody reads any more: the peer is stopped, but not before it has all that was sent to it.</summary>
        private void StopPeer(long now)
        {
            if (_writesAreDone && !_readsAreOver)
            {
                Interlocked.CompareExchange(ref _abortCode, StreamAbortCode.Cancelled, -1);
                stream.Core.Abort(now, StreamAbortCode.Cancelled);
            }
        }

        private void Request(Requests request)
        {
            Interlocked.Or(ref _requests, (int)request);
            Post();
        }
    }
}
