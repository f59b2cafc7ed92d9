namespace UDPack.Protocol.Delivery;

/// <summary>What one session really holds, and whether that moves: whoever holds much for its peer and does not let it move has to give way when others want memory.</summary>
internal sealed class SessionMemory(MemoryBudget budget, long now)
{
    /// <summary>A session moves when so small a part of what it holds went on.</summary>
    private const int PartThatMoves = 16;

    /// <summary>How long it may hold much without moving, and how long if it tries to and gets no memory.</summary>
    private const long PatienceMicros = 4_000_000;
    private const long PatienceWhileTryingMicros = 30_000_000;

    /// <summary>For how long it counts that packets were brought to their end.</summary>
    private const long ProofMicros = 10_000_000;

    private volatile bool _isOver;
    private long _sending;
    private long _copies;
    private long _moved;
    private long _finished;
    private long _finishedAt = long.MinValue / 2;
    private long _tried;
    private long _triedAt = long.MinValue / 2;

    public MemoryBudget Budget { get; } = budget;

    /// <summary>What was received and not taken by the application, whole or in pieces.</summary>
    public long Received => Waiting + Delivered;

    /// <summary>What of it waits for the rest of its packet, or for packets before it.</summary>
    public long Waiting { get; private set; }

    /// <summary>What of it waits for the application.</summary>
    public long Delivered { get; private set; }

    /// <summary>What the application gave to be sent and the peer has not acknowledged.</summary>
    public long Sending => Volatile.Read(ref _sending);

    /// <summary>Copies of what the application wants to send and the session has no room for yet.</summary>
    public long Copies => Volatile.Read(ref _copies);

    public long Held => Received + Sending + Copies;

    /// <summary>Its session has ended: nothing more comes, and what the application has yet to read is still held.</summary>
    public bool IsOver => _isOver;

    /// <summary>When a good part of what is held last went on.</summary>
    public long MovedAt { get; private set; } = now;

    /// <summary>More, or less, waits for something else to arrive.</summary>
    public void AddWaiting(long bytes)
    {
        Waiting += bytes;
        AddReceived(bytes);
    }

    /// <summary>More, or less, waits for the application.</summary>
    public void AddDelivered(long bytes)
    {
        Delivered += bytes;
        AddReceived(bytes);
        if (IsOver)
        {
            Budget.AddLeft(bytes);
        }
    }

    /// <summary>More, or less, waits for the peer. By any thread.</summary>
    public void AddSending(long bytes)
    {
        Interlocked.Add(ref _sending, bytes);
        Budget.AddSending(bytes);
    }

    /// <summary>Gives back a buffer that was to be sent, and what it counted. By any thread.</summary>
    public void ReleaseSending(PacketBuffer buffer)
    {
        AddSending(-buffer.Memory);
        buffer.Release();
    }

    /// <summary>More, or less, waits for room in the session. By any thread.</summary>
    public void AddCopies(long bytes)
    {
        Interlocked.Add(ref _copies, bytes);
        Budget.AddSending(bytes);
    }

    /// <summary>The application took so much, or nobody ever will. Not more than it has, as an end or an abort may have been quicker.</summary>
    public void Return(long delivered) => AddDelivered(-Math.Min(delivered, Delivered));

    /// <summary>Whether more may be received.</summary>
    public bool MayReceive(long now, int bytes)
    {
        if (!Budget.IsUsedUp || (!Budget.IsLeftToApplication && (Received < MemoryBudget.AlwaysGranted || Budget.TryFavour(now, this))))
        {
            return true;
        }

        Budget.Want(this);
        _tried += bytes;
        if (_tried >= Held / PartThatMoves)
        {
            (_tried, _triedAt) = (0, now);
        }

        return false;
    }

    /// <summary>Whether the application may give so much more to be sent. By any thread.</summary>
    public bool MaySend(long bytes)
    {
        if (!Budget.IsUsedUp || Sending + bytes <= MemoryBudget.AlwaysGranted || (Sending == 0 && Budget.TrySendLarge(this)))
        {
            return true;
        }

        Budget.Want(this);
        return false;
    }

    /// <summary>Whether memory is used up, and more than this session's share of it waits to be sent.</summary>
    public bool SendsTooMuch => Budget.IsUsedUp && Sending > MemoryBudget.AlwaysGranted;

    /// <summary>Has someone told when more may be sent. By any thread.</summary>
    public void WaitToSend(IMemoryWaiter waiter) => Budget.Wait(this, waiter);

    /// <summary>Whether a good part of what it was given was brought to its end lately: taken by the application, or acknowledged by the peer.</summary>
    public bool IsProven(long now) => now - _finishedAt < ProofMicros;

    /// <summary>So much was taken by the application or acknowledged by the peer.</summary>
    public void OnFinished(long now, long bytes)
    {
        OnMoved(now, bytes);
        _finished += bytes;
        if (_finished >= Math.Max(MemoryBudget.AlwaysGranted, Held / PartThatMoves))
        {
            (_finished, _finishedAt) = (0, now);
        }
    }

    /// <summary>So much arrived that was not here, or was given by the application.</summary>
    public void OnMoved(long now, long bytes)
    {
        _moved += bytes;
        if (_moved >= Held / PartThatMoves)
        {
            (_moved, MovedAt) = (0, now);
        }
    }

    /// <summary>
    /// Whether it holds more than its share, for its peer and not for an application that is slow, and has not moved for long.
    /// </summary>
    public bool IsStalled(long now) =>
        Held > MemoryBudget.AlwaysGranted
        && (Sending > 0 || Copies > 0 || Waiting >= Delivered)
        && now - MovedAt > (now - _triedAt < PatienceMicros ? PatienceWhileTryingMicros : PatienceMicros);

    /// <summary>
    /// The session is over, and so is what waited for more. What the application can still read stays counted until it is read or thrown away, and what was
    /// to be sent is given back piece by piece.
    /// </summary>
    public void OnEnded()
    {
        AddWaiting(-Waiting);
        if (!IsOver)
        {
            _isOver = true;
            Budget.AddLeft(Delivered);
        }

        Budget.Unfavour(this);
        Budget.Unwant(this);
    }

    private void AddReceived(long bytes)
    {
        Budget.AddReceived(bytes);
        if (bytes < 0 && Received < MemoryBudget.AlwaysGranted)
        {
            Budget.Unfavour(this);
        }
    }
}
