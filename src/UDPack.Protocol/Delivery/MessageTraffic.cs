using UDPack.Protocol.Frames;
using UDPack.Protocol.Paths;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Delivery;

/// <summary>Unreliable messages of a session, both ways; those of a lane are in sequence.</summary>
internal sealed class MessageTraffic(SessionContext context, SessionPath path)
{
    /// <summary>So large a message is of an application that may want to send larger ones: the limit is known only when the search is over.</summary>
    private const int LargeMessage = Session.DatagramSize * 3 / 4;

    private DatagramQueue _queue = new(context.Options.DatagramQueueBytes, context.Memory);
    private ReceivedLanes _lanes;

    /// <summary>Whether messages wait to be written.</summary>
    public bool HasContent => !_queue.IsEmpty;

    /// <summary>How many were dropped unsent.</summary>
    public long Dropped => _queue.Dropped;

    /// <summary>
    /// Queues a message; this side owns the buffer, which counts as being sent already (<see cref="SessionMemory.AddSending"/>). If it has a lane, its
    /// <see cref="PacketBuffer.Label"/>, it is a sequenced one, and its number is one more than that of the message before it.
    /// </summary>
    public void Send(PacketBuffer message)
    {
        if (message.Length >= LargeMessage)
        {
            path.FindLargerDatagrams();
        }

        if (!context.TakesMore || message.Length > LargestFor(message))
        {
            context.Memory.ReleaseSending(message);
            return;
        }

        _queue.Enqueue(message);
        context.Touch();
    }

    /// <summary>Writes as many as fit.</summary>
    public void Write(ref DatagramBuilder datagram)
    {
        while (_queue.TryPeek(out var message))
        {
            var flags = message.Label == 0 ? FrameFlags.None : FrameFlags.Stream | FrameFlags.Packet;
            if (datagram.TryAdd(Opcode.Datagram, flags, message.Label, (uint)message.Number, 0, message.Span))
            {
                _queue.Take();
                context.Counters.MessagesSent++;
                context.Endpoint.Counters.MessagesSent++;
            }
            else if (message.Length > LargestFor(message))
            {
                // The path has become too narrow for it.
                _queue.DropOldest();
            }
            else
            {
                break;
            }
        }
    }

    /// <summary>A message arrived.</summary>
    public void OnFrame(in Frame frame)
    {
        var place = 0L;
        if (frame.HasStream)
        {
            if (frame.StreamId is 0 or > ReceivedLanes.Last)
            {
                context.Fail("a lane that does not exist");
                return;
            }

            if (!_lanes.TryAdvance(frame.StreamId, frame.PacketId, out place))
            {
                context.Counters.MessagesLate++;
                return;
            }
        }

        context.Counters.MessagesReceived++;
        context.Endpoint.Counters.MessagesReceived++;
        if (context.Events is not { } events)
        {
            return;
        }

        var message = context.Endpoint.Buffers.Rent(frame.Payload.Length);
        frame.Payload.CopyTo(message.Span);
        message.Label = frame.StreamId;
        message.Number = place;
        events.OnDatagram(context.Session, message);
    }

    /// <summary>The session ended.</summary>
    public void Clear() => _queue.Clear();

    /// <summary>Gives memory back while nothing waits.</summary>
    public void Trim() => _queue.Trim();

    private int LargestFor(PacketBuffer message) => message.Label == 0 ? path.MaxDatagramBytes : path.MaxSequencedBytes;
}
