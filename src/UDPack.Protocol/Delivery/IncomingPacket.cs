namespace UDPack.Protocol.Delivery;

/// <summary>
/// One packet between its first bytes and its delivery. What has arrived front to back, or nearly, lies in one buffer that grows with it.
/// Pieces far ahead of that have buffers of their own, as large as they are, until so much of the packet is here that one buffer for all takes
/// no more: a promise takes no memory. Whatever the pieces, the packet holds at most twice what it counts against credit.
/// </summary>
internal struct IncomingPacket
{
    /// <summary>How many gaps one packet may have; a sender who makes more sends the bytes again later.</summary>
    public const int MaxGaps = 1024;

    /// <summary>As many gaps any packet may have; beyond them, one for so many bytes.</summary>
    public const int FewGaps = 16;
    public const int BytesPerGap = 64;

    /// <summary>Its share of the places kept for packets that wait: four, and their array's header, as the queue shrinks late.</summary>
    public const int PlaceMemory = 232;

    /// <summary>What the ranges of a few gaps take.</summary>
    private const int FewRangesMemory = 152;

    private const int SmallestBuffer = 32;
    private const int LargestBuffer = 1 << 30;
    private const int Unknown = -1;

    private PacketBuffer? _front;

    // The newest first, linked; the number is where in the packet the bytes lie.
    private PacketBuffer? _apart;
    private ByteRanges _received;
    private int _apartMemory;
    private int _length;

    /// <summary>The end of the last bytes seen: what it counts against credit, with the share of bookkeeping.</summary>
    public int High { get; private set; }

    public IncomingState State { get; private set; }

    /// <summary>How much of it arrived.</summary>
    public readonly int Covered => State == IncomingState.Complete ? _length : _received.Covered;

    /// <summary>What it really holds.</summary>
    public readonly long Memory => (_front?.Memory ?? 0) + (long)_apartMemory + _received.Memory;

    private readonly bool LengthIsKnown => _length != Unknown;

    /// <summary>Takes all of it at once.</summary>
    public void SetWhole(PacketBufferPool pool, ReadOnlySpan<byte> bytes)
    {
        _front = pool.Rent(bytes.Length);
        bytes.CopyTo(_front.Span);
        _length = High = bytes.Length;
        State = IncomingState.Complete;
    }

    /// <summary>Takes a piece of it.</summary>
    public ReceiveResult Add(PacketBufferPool pool, int offset, ReadOnlySpan<byte> bytes, bool isEnd)
    {
        if (State == IncomingState.Missing)
        {
            State = IncomingState.Partial;
            _length = Unknown;
        }

        var end = offset + bytes.Length;
        if (LengthIsKnown ? end > _length || (isEnd && end != _length) : isEnd && end < High)
        {
            return ReceiveResult.Inconsistent;
        }

        if (_received.IsApart(offset, end) && !MayHaveOneGapMore(pool, offset, bytes.Length, isEnd))
        {
            return ReceiveResult.NotTaken;
        }

        _length = isEnd ? end : _length;
        High = Math.Max(High, end);
        if (!bytes.IsEmpty && _received.Add(offset, end) > 0)
        {
            Keep(pool, offset, bytes);
        }

        if (LengthIsKnown && _received.Covered == _length)
        {
            Complete(pool);
        }

        return ReceiveResult.Accepted;
    }

    /// <summary>Whether bytes up to here have their place already.</summary>
    public readonly bool HasRoomUpTo(int end) => State is not (IncomingState.Missing or IncomingState.Partial) || end <= (_front?.Array.Length ?? 0);

    /// <summary>Hands its bytes over, complete.</summary>
    public PacketBuffer Take()
    {
        var packet = _front!;
        _front = null;
        State = IncomingState.Delivered;
        return packet;
    }

    /// <summary>Its sender gave it up.</summary>
    public void Skip()
    {
        Release();
        State = IncomingState.Skipped;
    }

    /// <summary>Gives all of its memory back.</summary>
    public void Release()
    {
        _front?.Release();
        _front = null;
        _received.Release();
        for (var piece = _apart; piece is not null;)
        {
            var next = piece.Next;
            piece.Release();
            piece = next;
        }

        _apart = null;
        _apartMemory = 0;
    }

    private readonly bool MayHaveOneGapMore(PacketBufferPool pool, int offset, int length, bool isEnd)
    {
        var high = Math.Max(High, offset + length);
        if (_received.Gaps >= Math.Min(MaxGaps, Math.Max(FewGaps, high / BytesPerGap)))
        {
            return false;
        }

        var ranges = _received.MemoryWithOneMore;
        var front = FrontFor(pool, offset, length, high, isEnd || LengthIsKnown, _received.Covered + length, ranges);
        var buffers = front > 0 ? front + PacketBuffer.Overhead : (_front?.Memory ?? 0) + (long)_apartMemory + MemoryApart(pool, offset, length);
        return buffers + ranges + PlaceMemory <= 2 * Cost.Of(high);
    }

    private void Keep(PacketBufferPool pool, int offset, ReadOnlySpan<byte> bytes)
    {
        var front = FrontFor(pool, offset, bytes.Length, High, LengthIsKnown, _received.Covered, _received.Memory);
        if (front > (_front?.Array.Length ?? 0))
        {
            GrowFront(pool, front);
        }

        if (front > 0)
        {
            bytes.CopyTo(_front!.Array.AsSpan(offset));
        }
        else
        {
            KeepApart(pool, offset, bytes);
        }
    }

    /// <summary>How large the buffer from the front has to be for a piece that it shall take; 0 if the piece is better kept apart.</summary>
    private readonly int FrontFor(PacketBufferPool pool, int offset, int length, int high, bool lengthIsKnown, int covered, int rangesMemory)
    {
        var have = _front?.Array.Length ?? 0;
        if (offset + length <= have)
        {
            return have;
        }

        var grown = GrownFront(pool, high, lengthIsKnown, rangesMemory);
        var apart = (_front?.Memory ?? 0) + (long)_apartMemory + MemoryApart(pool, offset, length);
        return high <= 2L * covered || grown + PacketBuffer.Overhead <= apart ? grown : 0;
    }

    /// <summary>
    /// Twice as large as before, as how long the packet will be is only known at its end; never more than twice of what counts, or half as much again
    /// where many ranges take their share.
    /// </summary>
    private readonly int GrownFront(PacketBufferPool pool, int high, bool lengthIsKnown, int rangesMemory)
    {
        var most = Math.Clamp(rangesMemory > FewRangesMemory ? high + (high / 2L) : 2L * high, SmallestBuffer, LargestBuffer);
        var wanted = lengthIsKnown ? high : (int)Math.Clamp(2L * (_front?.Array.Length ?? 0), high, Math.Max(high, most));
        var capacity = pool.CapacityOf(wanted);
        if (capacity <= most)
        {
            return capacity;
        }

        capacity = pool.CapacityOf(high);
        return capacity <= most ? capacity : wanted;
    }

    private void GrowFront(PacketBufferPool pool, int capacity)
    {
        var grown = pool.CapacityOf(capacity) == capacity ? pool.Rent(capacity) : pool.RentExact(capacity);
        if (_front is { } front)
        {
            front.Array.CopyTo(grown.Array, 0);
            front.Release();
        }

        for (var piece = _apart; piece is not null;)
        {
            var next = piece.Next;
            piece.Span.CopyTo(grown.Array.AsSpan((int)piece.Number));
            piece.Release();
            piece = next;
        }

        _front = grown;
        _apart = null;
        _apartMemory = 0;
    }

    private readonly bool FitsBehindNewest(int offset, int length) =>
        _apart is { } newest && newest.Number + newest.Length == offset && newest.Length + length <= newest.Array.Length;

    private readonly int MemoryApart(PacketBufferPool pool, int offset, int length) =>
        FitsBehindNewest(offset, length) ? 0 : pool.CapacityOf(length) + PacketBuffer.Overhead;

    private void KeepApart(PacketBufferPool pool, int offset, ReadOnlySpan<byte> bytes)
    {
        if (FitsBehindNewest(offset, bytes.Length))
        {
            bytes.CopyTo(_apart!.Array.AsSpan(_apart.Length));
            _apart.Length += bytes.Length;
            return;
        }

        var piece = pool.Rent(bytes.Length);
        bytes.CopyTo(piece.Span);
        piece.Number = offset;
        piece.Next = _apart;
        _apart = piece;
        _apartMemory += piece.Memory;
    }

    private void Complete(PacketBufferPool pool)
    {
        if (_front is null || _apart is not null || _front.Array.Length < _length)
        {
            GrowFront(pool, GrownFront(pool, _length, lengthIsKnown: true, rangesMemory: 0));
        }

        _received.Release();
        _front!.Length = _length;
        State = IncomingState.Complete;
    }
}

internal enum IncomingState : byte
{
    /// <summary>Nothing of it arrived.</summary>
    Missing,
    Partial,
    Complete,

    /// <summary>Handed over before its turn, on an unordered stream.</summary>
    Delivered,

    /// <summary>Given up by its sender.</summary>
    Skipped,
}
