namespace UDPack.Protocol.Delivery;

/// <summary>What one session really holds, and whether that moves: whoever holds much and does not let it move has to give way when memory is wanted.</summary>
internal sealed class SessionMemory(MemoryBudget budget, long now)
{
    /// <summary>A session moves when so small a part of what it holds went on.</summary>
    private const int PartThatMoves = 16;

    /// <summary>How long it may hold much without moving, and how long if it tries to and gets no memory.</summary>
    private const long PatienceMicros = 4_000_000;
    private const long PatienceWhileTryingMicros = 30_000_000;

    private long _moved;
    private long _tried;
    private long _triedAt = long.MinValue / 2;

    /// <summary>What was received and not taken by the application, whole or in pieces.</summary>
    public long Received { get; private set; }

    public long Held => Received;

    /// <summary>When a good part of what is held last went on.</summary>
    public long MovedAt { get; private set; } = now;

    /// <summary>More, or less, is held of what was received.</summary>
    public void AddReceived(long bytes)
    {
        Received += bytes;
        budget.AddReceived(bytes);
        if (bytes < 0 && Received < MemoryBudget.AlwaysGranted)
        {
            budget.Unfavour(this);
        }
    }

    /// <summary>Whether more may be received.</summary>
    public bool MayReceive(long now, int bytes)
    {
        if (!budget.IsUsedUp || Received < MemoryBudget.AlwaysGranted || budget.TryFavour(now, this))
        {
            return true;
        }

        budget.IsWanted = true;
        _tried += bytes;
        if (_tried >= Held / PartThatMoves)
        {
            (_tried, _triedAt) = (0, now);
        }

        return false;
    }

    /// <summary>So much arrived that was not here, was taken by the application, or was acknowledged by the peer.</summary>
    public void OnMoved(long now, long bytes)
    {
        _moved += bytes;
        if (_moved >= Held / PartThatMoves)
        {
            (_moved, MovedAt) = (0, now);
        }
    }

    /// <summary>Whether it holds more than its share and has not moved for long.</summary>
    public bool IsStalled(long now) =>
        Held > MemoryBudget.AlwaysGranted && now - MovedAt > (now - _triedAt < PatienceMicros ? PatienceWhileTryingMicros : PatienceMicros);

    /// <summary>The session is over, and so is what it held.</summary>
    public void ReleaseReceived() => AddReceived(-Received);
}
