using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol;

/// <summary>Streams as the application uses them.</summary>
internal sealed partial class Session
{
    /// <summary>Marks a closestream that aborts among the sent frames.</summary>
    private const long AbortMark = 1;

    // Made with the first stream: most sessions of devices have none.
    private StreamTable? _streams;
    private long _expiryAt = long.MaxValue;

    private StreamTable Streams => _streams ??= new StreamTable(_isServer, _peer.MaxStreams, _local.MaxStreams, _endpoint.Hash);

    /// <summary>Opens a stream; its first packet may be sent at once. False while as many are open as the peer allows.</summary>
    public bool TryOpenStream(long now, in StreamSettings settings, IStreamEvents events, out StreamChannel stream)
    {
        if (State == SessionState.Close || _close.IsMade || !Streams.CanOpen)
        {
            stream = null!;
            return false;
        }

        stream = new StreamChannel(this, Streams.TakeLocalId(), isLocal: true, _peer.InitialStreamCredit, NewStreamWindow())
        {
            Priority = settings.Priority,
            Events = events,
            Mode = settings.Mode,
            DeadlineMicros = settings.Mode == DeliveryMode.Deadline ? settings.DeadlineMicros : long.MaxValue,
            IsOpen = true,
        };
        Streams.Add(stream);
        _endpoint.Counters.StreamsOpened++;
        QueueControl(stream, StreamControl.Open);
        return true;
    }

    internal void Send(long now, StreamChannel stream, PacketBuffer packet)
    {
        if (State == SessionState.Close || _close.IsMade || !stream.IsWritable)
        {
            stream.Events!.OnPacketDone(stream, packet, PacketFate.Lost);
            return;
        }

        var deadline = stream.DeadlineMicros >= long.MaxValue - now ? long.MaxValue : now + stream.DeadlineMicros;
        Memory.OnMoved(now, packet.Length);
        stream.Sender.Enqueue(packet, deadline);
        _expiryAt = Math.Min(_expiryAt, deadline);
        Schedule(stream);
    }

    internal void Finish(long now, StreamChannel stream)
    {
        if (State == SessionState.Close || !stream.IsWritable)
        {
            return;
        }

        stream.IsFinishing = true;
        if (!stream.Sender.HasUnsent)
        {
            QueueControl(stream, StreamControl.Close);
        }
    }

    internal void Abort(long now, StreamChannel stream, ushort code)
    {
        if (State == SessionState.Close || stream.IsAborted || stream.IsPeerAborted || stream.IsRemoved)
        {
            return;
        }

        var writesWereDone = stream.WritesAreDone;
        if (stream.DeliveredUnconsumed > 0)
        {
            // Nobody will take it any more.
            OnConsumed(now, stream, new Taken(stream.DeliveredUnconsumed, stream.DeliveredMemory));
        }

        stream.IsAborted = true;
        stream.AbortCode = code;

        EndStream(stream, new StreamEnd(StreamEndCause.Aborted, code));
        if (!writesWereDone || !stream.ReadsAreDone)
        {
            QueueAbort(now, stream);
        }

        CheckStream(stream);
    }

    internal void Accept(long now, StreamChannel stream)
    {
        if (State == SessionState.Ready && !stream.IsRemoved && !stream.IsPeerAborted)
        {
            QueueControl(stream, StreamControl.Accept);
        }
    }

    internal void OnConsumed(long now, StreamChannel stream, in Taken taken)
    {
        // After an abort everything counts as consumed already.
        if (stream.IsAborted || stream.IsPeerAborted)
        {
            return;
        }

        stream.DeliveredUnconsumed -= taken.Cost;
        stream.DeliveredMemory -= taken.Memory;
        Memory.Return(taken.Memory);
        if (State == SessionState.Ready)
        {
            Consume(now, stream, taken.Cost);
        }
    }

    private ReceiveCredit NewStreamWindow() => new(_local.InitialStreamCredit, _options.MaxStreamWindow, Cost.Of(_largestAccepted));

    private void QueueControl(StreamChannel stream, StreamControl due)
    {
        _streams!.QueueControl(stream, due);
        _endpoint.Touch(this);
    }

    /// <summary>The channel has something to send.</summary>
    private void Schedule(Channel channel)
    {
        _scheduler.Add(channel);
        _endpoint.Touch(this);
    }

    /// <summary>Tells the application side, once, and lets go of what was to be sent.</summary>
    private static void EndStream(StreamChannel stream, in StreamEnd end)
    {
        if (!stream.EndIsReported)
        {
            stream.EndIsReported = true;
            stream.Events?.OnEnded(stream, end);
        }

        while (stream.Sender.TryDrain(out var packet))
        {
            stream.Events!.OnPacketDone(stream, packet, PacketFate.Lost);
        }
    }

    /// <summary>Whatever changed about a stream: reports what is complete, frees its slot, forgets it when both sides are done.</summary>
    private void CheckStream(StreamChannel stream)
    {
        if (stream.IsRemoved)
        {
            return;
        }

        if (stream is { WritesAreDone: true, WritesAreReported: false, EndIsReported: false })
        {
            stream.WritesAreReported = true;
            stream.Events!.OnWritesCompleted(stream);
        }

        // The opener waits until the peer knows all; the peer, who must not count longer than the opener, only until it said all.
        var isClosed = stream.IsPeerCloseReceived && (stream.IsLocal ? stream.WritesAreDone : stream.IsCloseSent);
        if (stream.HoldsSlot && isClosed)
        {
            _streams!.FreeSlot(stream);
            if (stream.IsLocal)
            {
                Events?.OnStreamSlotFree(this);
            }
        }

        if (stream.WritesAreDone && stream.ReadsAreDone)
        {
            _streams!.Remove(stream);
            EndStream(stream, new StreamEnd(StreamEndCause.Completed));
            if (_streams.Count == 0)
            {
                // Nothing is kept back for streams any more.
                _scheduler.Unpark();
                _blockedInFlight = false;
            }
        }
    }

    /// <summary>Gives up packets of streams with a deadline.</summary>
    private void ExpirePackets(long now)
    {
        _expiryAt = long.MaxValue;
        foreach (var stream in _streams!.All)
        {
            while (stream.Sender.TryExpire(now, out var packet))
            {
                stream.Events!.OnPacketDone(stream, packet, PacketFate.Expired);
                _scheduler.Add(stream);
                FinishIfAllIsSent(stream);
            }

            _expiryAt = Math.Min(_expiryAt, stream.Sender.Deadline);
        }
    }

    /// <summary>Whether everything accepted has arrived, for a graceful end.</summary>
    private bool IsFlushed()
    {
        if (!_main.Sender.IsEmpty || !_messages.IsEmpty || _outgoingValues is { Count: > 0 })
        {
            return false;
        }

        if (_streams is null)
        {
            return true;
        }

        foreach (var stream in _streams.All)
        {
            var endIsOut = stream.IsCloseAcknowledged || !(stream.IsFinishing || stream.IsAborted);
            if (!stream.Sender.IsEmpty || !endIsOut)
            {
                return false;
            }
        }

        return true;
    }

    private void EndStreams()
    {
        if (_streams is null)
        {
            return;
        }

        foreach (var stream in _streams.All)
        {
            EndStream(stream, new StreamEnd(StreamEndCause.SessionEnded));
            stream.Receiver.Clear();
        }
    }
}
