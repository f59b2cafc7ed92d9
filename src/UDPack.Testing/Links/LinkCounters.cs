namespace UDPack.Testing.Links;

/// <summary>What a link counts; see <see cref="LinkStatistics"/>.</summary>
internal struct LinkCounters
{
    public long Sent;
    public long BytesSent;
    public long Delivered;
    public long BytesDelivered;
    public long Lost;
    public long LostInBurst;
    public long QueueFull;
    public long TooLarge;
    public long Blackholed;
    public long Unreachable;
    public long Duplicated;
    public long Corrupted;
    public long Reordered;

    public void Add(DatagramFate fate) => _ = fate switch
    {
        DatagramFate.Lost => Lost++,
        DatagramFate.LostInBurst => LostInBurst++,
        DatagramFate.QueueFull => QueueFull++,
        DatagramFate.TooLarge => TooLarge++,
        _ => Blackholed++,
    };

    public readonly LinkStatistics ToStatistics() => new()
    {
        Sent = Sent,
        BytesSent = BytesSent,
        Delivered = Delivered,
        BytesDelivered = BytesDelivered,
        Lost = Lost,
        LostInBurst = LostInBurst,
        QueueFull = QueueFull,
        TooLarge = TooLarge,
        Blackholed = Blackholed,
        Unreachable = Unreachable,
        Duplicated = Duplicated,
        Corrupted = Corrupted,
        Reordered = Reordered,
    };
}
