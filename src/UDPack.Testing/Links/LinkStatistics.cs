namespace UDPack.Testing;

/// <summary>What a link has done so far, in datagrams.</summary>
public readonly record struct LinkStatistics
{
    /// <summary>What was given to the link.</summary>
    public long Sent { get; init; }

    /// <summary>Arrivals, duplicates included; those that are still on their way count already.</summary>
    public long Delivered { get; init; }

    /// <summary><see cref="DatagramFate.Lost"/>.</summary>
    public long Lost { get; init; }

    /// <summary><see cref="DatagramFate.LostInBurst"/>.</summary>
    public long LostInBurst { get; init; }

    /// <summary><see cref="DatagramFate.QueueFull"/>.</summary>
    public long QueueFull { get; init; }

    /// <summary><see cref="DatagramFate.TooLarge"/>.</summary>
    public long TooLarge { get; init; }

    /// <summary><see cref="DatagramFate.Blackholed"/>.</summary>
    public long Blackholed { get; init; }

    /// <summary>Arrivals where nobody is bound; not in <see cref="Delivered"/>.</summary>
    public long Unreachable { get; init; }

    /// <summary>Datagrams that arrive twice.</summary>
    public long Duplicated { get; init; }

    /// <summary>Arrivals with a flipped bit.</summary>
    public long Corrupted { get; init; }

    /// <summary>Arrivals that overtake an earlier one.</summary>
    public long Reordered { get; init; }

    /// <summary>The bytes of <see cref="Sent"/>.</summary>
    public long BytesSent { get; init; }

    /// <summary>The bytes of <see cref="Delivered"/>.</summary>
    public long BytesDelivered { get; init; }

    /// <summary>The sum of two links.</summary>
    public static LinkStatistics operator +(in LinkStatistics left, in LinkStatistics right) => Add(left, right);

    /// <summary>The sum of two links.</summary>
    public static LinkStatistics Add(in LinkStatistics left, in LinkStatistics right) => new()
    {
        Sent = left.Sent + right.Sent,
        Delivered = left.Delivered + right.Delivered,
        Lost = left.Lost + right.Lost,
        LostInBurst = left.LostInBurst + right.LostInBurst,
        QueueFull = left.QueueFull + right.QueueFull,
        TooLarge = left.TooLarge + right.TooLarge,
        Blackholed = left.Blackholed + right.Blackholed,
        Unreachable = left.Unreachable + right.Unreachable,
        Duplicated = left.Duplicated + right.Duplicated,
        Corrupted = left.Corrupted + right.Corrupted,
        Reordered = left.Reordered + right.Reordered,
        BytesSent = left.BytesSent + right.BytesSent,
        BytesDelivered = left.BytesDelivered + right.BytesDelivered,
    };
}
