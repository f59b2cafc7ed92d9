namespace UDPack.Protocol.Delivery;

/// <summary>
/// One stream: a channel with credit of its own, opened by either side, whose directions close one by one. The application's
/// verbs are here; how frames change it is in the session.
/// </summary>
internal sealed class StreamChannel : Channel
{
    private readonly Session _session;

    public StreamChannel(Session session, uint id, bool isLocal, long sendLimit, in ReceiveCredit receiving)
    {
        _session = session;
        Id = id;
        IsLocal = isLocal;
        SendCredit = new SendCredit(sendLimit);
        ReceiveCredit = receiving;
    }

    public SendCredit SendCredit;

    public ReceiveCredit ReceiveCredit;

    public uint Id { get; }

    /// <summary>Whether this side opened it.</summary>
    public bool IsLocal { get; }

    /// <summary>The application side; null until the stream is announced.</summary>
    public IStreamEvents? Events { get; set; }

    public DeliveryMode Mode { get; internal set; }

    /// <summary>How long after it was queued a packet is given up; <see cref="long.MaxValue"/> for never.</summary>
    public long DeadlineMicros { get; internal set; } = long.MaxValue;

    /// <summary>Frames that must be written: see <see cref="StreamControl"/>.</summary>
    internal StreamControl Due { get; set; }

    /// <summary>For the queue of streams with such frames.</summary>
    internal bool IsControlQueued { get; set; }

    /// <summary>The mode is known: opened here, or the peer's openstream arrived.</summary>
    internal bool IsOpen { get; set; }

    internal bool IsOpenAcknowledged { get; set; }

    /// <summary>The number of the datagram that openstream was last written to.</summary>
    internal ulong OpenWrittenIn { get; set; } = ulong.MaxValue;

    internal bool IsAccepted { get; set; }

    /// <summary>The application sends nothing more.</summary>
    internal bool IsFinishing { get; set; }

    internal bool IsCloseSent { get; set; }

    internal bool IsCloseAcknowledged { get; set; }

    /// <summary>Given up here: what arrives is thrown away until the peer stops.</summary>
    internal bool IsAborted { get; set; }

    internal ushort AbortCode { get; set; }

    /// <summary>The peer is not told of the abort yet: see <see cref="AbortRate"/>.</summary>
    internal bool IsAbortHeld { get; set; }

    /// <summary>The peer's closestream arrived, with its last packet or as an abort.</summary>
    internal bool IsPeerCloseReceived { get; set; }

    internal bool IsPeerAborted { get; set; }

    /// <summary>The application knows that the stream is over.</summary>
    internal bool EndIsReported { get; set; }

    /// <summary>What the application was handed and did not take yet.</summary>
    internal long DeliveredUnconsumed { get; set; }

    /// <summary>What that really takes.</summary>
    internal long DeliveredMemory { get; set; }

    internal bool ReadsAreReported { get; set; }

    internal bool WritesAreReported { get; set; }

    /// <summary>Counts towards the limit on open streams.</summary>
    internal bool HoldsSlot { get; set; } = true;

    internal bool IsRemoved { get; set; }

    /// <summary>Everything that was to be sent arrived, and so did the end.</summary>
    internal bool WritesAreDone => IsCloseAcknowledged && (IsAborted || IsPeerAborted || Sender.IsEmpty);

    /// <summary>Nothing more can arrive.</summary>
    internal bool ReadsAreDone => IsPeerAborted || Receiver.IsFinished;

    /// <summary>Whether the application may still send.</summary>
    public bool IsWritable => !IsFinishing && !IsAborted && !IsPeerAborted && !IsRemoved;

    /// <summary>Queues a packet; the stream owns the buffer until <see cref="IStreamEvents.OnPacketDone"/>.</summary>
    public void Send(long now, PacketBuffer packet) => _session.Send(now, this, packet);

    /// <summary>Closes this side's direction once everything queued was sent.</summary>
    public void Finish(long now) => _session.Finish(now, this);

    /// <summary>Ends both directions at once; what is unacknowledged may be lost.</summary>
    public void Abort(long now, ushort code) => _session.Abort(now, this, code);

    /// <summary>Tells the peer that the application took the stream.</summary>
    public void Accept(long now) => _session.Accept(now, this);

    /// <summary>The application took packets.</summary>
    public void OnConsumed(long now, in Taken taken) => _session.OnConsumed(now, this, taken);

    /// <summary>What may not be promised again although it was consumed, as the places of packets before their turn are still kept.</summary>
    internal long CreditKept => -(long)Receiver.Settled * Cost.PerPacket;
}

/// <summary>Frames about a stream that wait to be written.</summary>
[Flags]
internal enum StreamControl : byte
{
    None = 0,
    Open = 1,
    Accept = 2,
    Close = 4,
    Credit = 8,
}
