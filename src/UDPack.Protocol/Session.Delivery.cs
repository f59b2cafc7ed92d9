using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol;

/// <summary>Received packets: put together, counted against credit, handed over.</summary>
internal sealed partial class Session
{
    /// <summary>What a session may hold even while its endpoint's memory is used up, so that all go on, if slowly.</summary>
    private const long AlwaysTaken = 32 << 10;

    private readonly Channel _main = new();
    private readonly int _largestAccepted;
    private ReceiveCredit _window;
    private bool _creditRiseInFlight;
    private bool _creditRiseLost;

    /// <summary>Part of the datagram at hand was not taken: it must not be acknowledged, so that it comes again.</summary>
    private bool _refusedData;

    /// <summary>What may be ahead because streams hold it: a slow reader of one must not stall the others.</summary>
    private long HeldByStreams =>
        _streams is null ? 0 : Math.Min(_streams.Held, Math.Max(0, _options.MaxSessionWindow - _window.Window));

    private bool _stopsReceiving;

    /// <summary>Whether <see cref="StopReceiving"/> has come to its end: all that was acknowledged was handed over, and nothing more is taken.</summary>
    public bool HasStoppedReceiving => _stopsReceiving && _main.Receiver.IsCaughtUp;

    private bool OwesSessionCredit => _window.OwesRise(HeldByStreams);

    private bool MayTakeData => !_endpoint.IsMemoryUsedUp || _window.Held < AlwaysTaken || _endpoint.TryFavour(this);

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

        var cost = channel.Receiver.CostOf(number, (int)end);
        if (cost > 0)
        {
            if (!MayTakeData)
            {
                _endpoint.Counters.Drop(DropReason.MemoryUsedUp);
                _refusedData = true;
                return;
            }

            if (!CreditCovers(channel, cost + channel.Receiver.LeastCostOfMissing(number)))
            {
                Fail(now, "a packet beyond the credit");
                return;
            }
        }

        switch (channel.Receiver.Add(_endpoint.Buffers, number, (int)offset, frame.Payload, isEnd: !frame.HasFragment || frame.IsFin))
        {
            case ReceiveResult.Accepted:
                UseCredit(channel, cost);
                Deliver(now, channel, number);
                LetGrow(now, channel);
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

    private bool CreditCovers(Channel channel, long cost) =>
        _window.Covers(cost) && (channel is not StreamChannel stream || stream.ReceiveCredit.Covers(cost));

    private void UseCredit(Channel channel, long cost)
    {
        _window.Use(cost);
        _endpoint.BytesHeld += cost;
        if (channel is StreamChannel stream)
        {
            stream.ReceiveCredit.Use(cost);
            _streams!.Held += cost;
        }
    }

    private void LetGrow(long now, Channel channel)
    {
        // Not while nobody knows how to deliver what arrives.
        if (channel is StreamChannel { IsOpen: true, ReadsAreDone: false } stream)
        {
            stream.ReceiveCredit.OnArrival(now, stream.DeliveredUnconsumed, _recovery.Rtt.Smoothed);
            if (stream.ReceiveCredit.OwesRise())
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
        _packetsReceived++;
        _endpoint.Counters.PacketsReceived++;
    }

    /// <summary>The application took so much, or it will never come.</summary>
    private void Consume(long now, long cost)
    {
        _window.Consume(now, cost, _recovery.Rtt.Smoothed);
        _endpoint.BytesHeld -= cost;
        if (_window.Held < AlwaysTaken)
        {
            _endpoint.Unfavour(this);
        }

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
        if (!stream.ReadsAreDone && stream.ReceiveCredit.OwesRise())
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
