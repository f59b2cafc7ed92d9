using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol;

/// <summary>Received packets: put together, counted against credit, handed over.</summary>
internal sealed partial class Session
{
    private readonly Channel _main = new();
    private readonly int _largestAccepted;
    private ReceiveCredit _window;
    private bool _creditRiseInFlight;
    private bool _creditRiseLost;

    // Of all channels: places for packets that did not arrive, and for those that wait for them.
    private int _missing;
    private int _settled;

    /// <summary>Part of the datagram at hand was not taken: it must not be acknowledged, so that it comes again.</summary>
    private bool _refusedData;

    /// <summary>
    /// What may be ahead because streams hold it, as a slow reader of one must not stall the others, less what is kept although it was consumed.
    /// </summary>
    private long CreditAhead =>
        _streams is null ? 0 : Math.Min(_streams.Held, Math.Max(0, _options.MaxSessionWindow - _window.Window)) - ((long)_settled * Cost.PerPacket);

    private bool _stopsReceiving;

    /// <summary>Whether <see cref="StopReceiving"/> has come to its end: all that was acknowledged was handed over, and nothing more is taken.</summary>
    public bool HasStoppedReceiving => _stopsReceiving && _main.Receiver.IsCaughtUp;

    private bool OwesSessionCredit => _window.OwesRise(CreditAhead);

    private void OnData(long now, Channel channel, in Frame frame)
    {
        var offset = frame.HasFragment ? frame.FragmentId : 0;
        var end = offset + (long)frame.Payload.Length;
        if (end > _largestAccepted)
        {
            Fail(now, "a packet larger than this side accepts");
            return;
        }

        var number = channel.Receiver.Expand(frame.PacketId);
        if (channel == _main && HasStoppedReceiving && number >= channel.Receiver.NextNumber)
        {
            _endpoint.Counters.Drop(DropReason.SessionClosed);
            _refusedData = true;
            return;
        }

        if (!channel.Receiver.HasRoomFor(number, (int)end) && !Memory.MayReceive(now, frame.Payload.Length))
        {
            _endpoint.Counters.Drop(DropReason.MemoryUsedUp);
            _refusedData = true;
            return;
        }

        var cost = channel.Receiver.CostOf(number, (int)end);
        if (cost > 0 && !CreditCovers(channel, number, cost))
        {
            Fail(now, "a packet beyond the credit");
            return;
        }

        var before = channel.Receiver.Arrived;
        switch (channel.Receiver.Add(_endpoint.Buffers, number, (int)offset, frame.Payload, isEnd: !frame.HasFragment || frame.IsFin))
        {
            case ReceiveResult.Accepted:
                UseCredit(channel, cost);
                var arrived = channel.Receiver.Arrived - before;
                Memory.OnMoved(now, arrived);
                Deliver(now, channel, number);
                Book(channel);
                LetGrow(now, channel, cost == 0 ? arrived : Math.Min(cost, arrived + Cost.PerPacket));
                break;
            case ReceiveResult.NotTaken:
                _refusedData = true;
                break;
            case ReceiveResult.Inconsistent:
                Fail(now, "a packet that contradicts what came before");
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// No packet of the session's own is taken any more once nothing is missing before those that arrived, so that the peer gets no acknowledgement
    /// for what nobody will read. Until then they are: refused ones would tell the peer nothing, and it might never send what is missing. That ends
    /// even if it goes on sending, as it gets no more credit while nobody reads.
    /// </summary>
    public void StopReceiving() => _stopsReceiving = true;

    /// <summary>Whether there is credit for so much of a packet, and for all packets that must have been paid for before it.</summary>
    private bool CreditCovers(Channel channel, long number, long cost)
    {
        var missing = channel.Receiver.LeastCostOfMissing(number);
        return _window.Covers(cost + missing + ((_missing - channel.Booked.Missing) * (long)Cost.PerPacket))
            && (channel is not StreamChannel stream || stream.ReceiveCredit.Covers(cost + missing));
    }

    /// <summary>Enters what the channel keeps into the session's books.</summary>
    private void Book(Channel channel)
    {
        if (State == SessionState.Close)
        {
            // All is released.
            return;
        }

        var books = new ReceiverBooks(channel.Receiver.Memory, channel.Receiver.Missing, channel.Receiver.Settled);
        _missing += books.Missing - channel.Booked.Missing;
        _settled += books.Settled - channel.Booked.Settled;
        if (books.Memory != channel.Booked.Memory)
        {
            Memory.AddWaiting(books.Memory - channel.Booked.Memory);
        }

        channel.Booked = books;
    }

    private void UseCredit(Channel channel, long cost)
    {
        _window.Use(cost);
        if (channel is StreamChannel stream)
        {
            stream.ReceiveCredit.Use(cost);
            _streams!.Held += cost;
        }
    }

    private void LetGrow(long now, Channel channel, long arrived)
    {
        // Not while nobody knows how to deliver what arrives.
        if (channel is StreamChannel { IsOpen: true, ReadsAreDone: false } stream)
        {
            stream.ReceiveCredit.OnArrival(now, arrived, stream.DeliveredUnconsumed, _recovery.Rtt.Smoothed);
            if (stream.ReceiveCredit.OwesRise(stream.CreditKept))
            {
                QueueControl(stream, StreamControl.Credit);
            }
        }
    }

    /// <summary>Hands over what is complete and has its turn.</summary>
    private void Deliver(long now, Channel channel, long changed)
    {
        if (channel is StreamChannel stream)
        {
            DeliverStream(now, stream, changed);
            return;
        }

        while (State == SessionState.Ready && channel.Receiver.TryTake(out var number, out var packet))
        {
            CountReceived(packet!, number);
            if (Events is { } events)
            {
                Memory.AddDelivered(packet!.Memory);
                events.OnPacket(this, packet!);
            }
            else
            {
                packet!.Release();
            }
        }
    }

    private void CountReceived(PacketBuffer packet, long number)
    {
        packet.Number = number;
        _counters.PacketsReceived++;
        _endpoint.Counters.PacketsReceived++;
    }

    /// <summary>The application took so much, or it will never come.</summary>
    private void Consume(long now, long cost)
    {
        _window.Consume(now, cost, _recovery.Rtt.Smoothed);
        Memory.OnFinished(now, cost);
        if (OwesSessionCredit)
        {
            _endpoint.Touch(this);
        }
    }

    private void Consume(long now, StreamChannel stream, long cost)
    {
        stream.ReceiveCredit.Consume(now, cost, _recovery.Rtt.Smoothed);
        _streams!.Held -= cost;
        Consume(now, cost);
        if (!stream.ReadsAreDone && stream.ReceiveCredit.OwesRise(stream.CreditKept))
        {
            QueueControl(stream, StreamControl.Credit);
        }
    }

    /// <summary>Answered with the credit as it is, and remembered until it is enough.</summary>
    private void OnBlocked(long now, StreamChannel? stream, ReadOnlySpan<byte> payload)
    {
        if (!VarInt.TryRead(ref payload, out _) || !VarInt.TryRead(ref payload, out var needed) || !payload.IsEmpty)
        {
            Fail(now, "malformed blocked");
        }
        else if (stream is not null)
        {
            stream.ReceiveCredit.OnBlocked((long)needed);
            if (!stream.EndIsReported)
            {
                stream.Events?.OnPeerBlocked(stream);
            }

            QueueControl(stream, StreamControl.Credit);
        }
        else
        {
            _window.OnBlocked((long)needed);
            Events?.OnPeerBlocked(this);
            _acks.Force(now);
        }
    }
}
