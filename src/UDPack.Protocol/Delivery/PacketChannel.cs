using UDPack.Protocol.Streams;

namespace UDPack.Protocol.Delivery;

/// <summary>
/// A sequence of packets in each direction, independent of all others. The one without a number is the session's own, which only the session's credit limits;
/// the others are streams: opened by either side, with credit of their own, and closed one direction after the other.
/// </summary>
internal sealed class PacketChannel
{
    private readonly StreamSet? _streams;

    /// <summary>The session's own.</summary>
    public PacketChannel()
    {
    }

    /// <summary>A stream.</summary>
    /// <param name="streams">Where it belongs.</param>
    /// <param name="id">Its number, not 0.</param>
    /// <param name="isLocal">Whether this side opened it.</param>
    /// <param name="sending">What the peer lets this side send.</param>
    /// <param name="receiving">What this side lets the peer send.</param>
    public PacketChannel(StreamSet streams, uint id, bool isLocal, in SendCredit sending, in ReceiveCredit receiving)
    {
        (_streams, Id, IsLocal) = (streams, id, isLocal);
        (SendCredit, ReceiveCredit) = (sending, receiving);
    }

    public PacketSender Sender = new();
    public PacketReceiver Receiver = new();

    /// <summary>Streams only.</summary>
    public SendCredit SendCredit;

    /// <summary>Streams only.</summary>
    public ReceiveCredit ReceiveCredit;

    /// <summary>0 for the session's own.</summary>
    public uint Id { get; }

    public bool IsStream => Id != 0;

    /// <summary>Whether this side opened it.</summary>
    public bool IsLocal { get; }

    /// <summary>The application side of a stream; null until it is announced.</summary>
    public IStreamEvents? Events { get; set; }

    /// <summary>0 to 7; channels of a higher one go first.</summary>
    public int Priority { get; init; } = StreamSettings.DefaultPriority;

    /// <summary>How packets are handed over; of a stream that the peer opens, known with its openstream.</summary>
    public DeliveryMode Mode { get; internal set; }

    /// <summary>How long after it was queued a packet is given up; <see cref="long.MaxValue"/> for never.</summary>
    public long DeadlineMicros { get; internal set; } = long.MaxValue;

    /// <summary>How far this side's direction is.</summary>
    public SendState SendState { get; internal set; }

    /// <summary>How far the peer's direction is.</summary>
    public ReceiveState ReceiveState { get; internal set; }

    /// <summary>What of <see cref="Receiver"/> the session has in its books.</summary>
    internal ReceiverBooks Booked { get; set; }

    /// <summary>A blocked frame for this stream's own credit is on its way, or was answered in vain.</summary>
    internal bool IsBlockedToldToPeer { get; set; }

    /// <summary>For the scheduler's queues.</summary>
    internal PacketChannel? NextInQueue { get; set; }

    internal bool IsQueued { get; set; }

    internal bool WaitsForSession { get; set; }

    /// <summary>Frames that must be written: see <see cref="StreamControl"/>.</summary>
    internal StreamControl Due { get; set; }

    /// <summary>For the queue of streams with such frames.</summary>
    internal bool IsControlQueued { get; set; }

    /// <summary>The mode is known: opened here, or the peer's openstream arrived.</summary>
    internal bool IsOpen { get; set; }

    internal bool IsOpenAcknowledged { get; set; }

    /// <summary>The number of the datagram that openstream was last written to.</summary>
    internal ulong OpenWrittenIn { get; set; } = ulong.MaxValue;

    /// <summary>The peer's application took it.</summary>
    internal bool IsAccepted { get; set; }

    internal ushort AbortCode { get; set; }

    /// <summary>The peer is not told of the abort yet: see <see cref="AbortRate"/>.</summary>
    internal bool IsAbortHeld { get; set; }

    /// <summary>A closestream was written, with the last packet or as an abort: from then on the peer may count the stream as closed.</summary>
    internal bool HasSaidAll { get; set; }

    /// <summary>The application knows that the stream is over.</summary>
    internal bool EndIsReported { get; set; }

    /// <summary>What the application was handed and did not take yet.</summary>
    internal long DeliveredUnconsumed { get; set; }

    /// <summary>What that really takes.</summary>
    internal long DeliveredMemory { get; set; }

    /// <summary>Counts towards the limit on open streams.</summary>
    internal bool HoldsSlot { get; set; } = true;

    internal bool IsRemoved { get; set; }

    /// <summary>This side gives the stream up, or says so because the peer did.</summary>
    internal bool IsAborting => SendState is SendState.AbortDue or SendState.AbortSent or SendState.Aborted;

    internal bool IsPeerAborted => ReceiveState == ReceiveState.Aborted;

    /// <summary>Everything that was to be sent arrived, and so did the end.</summary>
    internal bool WritesAreDone => SendState is SendState.Finished or SendState.Aborted;

    /// <summary>Nothing more can arrive.</summary>
    internal bool ReadsAreDone => ReceiveState is ReceiveState.Finished or ReceiveState.Aborted;

    /// <summary>Whether the application may still send.</summary>
    public bool IsWritable => SendState == SendState.Sending && !IsPeerAborted && !IsRemoved;

    /// <summary>What may not be promised again although it was consumed, as the places of packets before their turn are still kept.</summary>
    internal long CreditKept => -(long)Receiver.Settled * Cost.PerPacket;

    /// <summary>Queues a packet; the stream owns the buffer until <see cref="IStreamEvents.OnPacketDone"/>.</summary>
    public void Send(long now, PacketBuffer packet) => _streams!.Send(now, this, packet);

    /// <summary>Closes this side's direction once everything queued was sent.</summary>
    public void Finish() => _streams!.Finish(this);

    /// <summary>Ends both directions at once; what is unacknowledged may be lost.</summary>
    public void Abort(long now, ushort code) => _streams!.Abort(now, this, code);

    /// <summary>Tells the peer that the application took the stream.</summary>
    public void Accept() => _streams!.Accept(this);

    /// <summary>The application took packets.</summary>
    public void OnConsumed(long now, in Taken taken) => _streams!.OnConsumed(now, this, taken);

    /// <summary>Something happened to this side's direction. False if that changes nothing in the state it is in.</summary>
    internal bool Advance(SendEvent what)
    {
        var changes = StreamTransitions.TryGetNext(SendState, what, out var next);
        SendState = next;
        return changes;
    }

    /// <summary>Something happened to the peer's direction. False if that changes nothing in the state it is in.</summary>
    internal bool Advance(ReceiveEvent what)
    {
        var changes = StreamTransitions.TryGetNext(ReceiveState, what, out var next);
        ReceiveState = next;
        return changes;
    }
}

/// <summary>What a channel keeps for what it receives: memory, and places for packets that did not arrive or wait for those before them.</summary>
internal readonly record struct ReceiverBooks(long Memory, int Missing, int Settled);
