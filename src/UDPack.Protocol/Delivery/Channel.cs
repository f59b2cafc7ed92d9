namespace UDPack.Protocol.Delivery;

/// <summary>A sequence of packets in each direction, independent of all others: the session's own, or a stream.</summary>
internal class Channel
{
    public PacketSender Sender = new();
    public PacketReceiver Receiver = new();

    /// <summary>What of <see cref="Receiver"/> the session has in its books.</summary>
    internal ReceiverBooks Booked { get; set; }

    /// <summary>0 to 7; channels of a higher one go first.</summary>
    public int Priority { get; init; } = StreamSettings.DefaultPriority;

    /// <summary>A blocked frame for this channel's own credit is on its way, or was answered in vain.</summary>
    public bool IsBlockedToldToPeer { get; set; }

    /// <summary>For the scheduler's queues.</summary>
    internal Channel? NextInQueue { get; set; }

    internal bool IsQueued { get; set; }

    internal bool WaitsForSession { get; set; }
}

/// <summary>What a channel keeps for what it receives: memory, and places for packets that did not arrive or wait for those before them.</summary>
internal readonly record struct ReceiverBooks(long Memory, int Missing, int Settled);
