namespace UDPack.Protocol.Delivery;

/// <summary>
/// What a channel has to send again, the oldest packet's bytes first, whenever their loss was noticed: an ordered channel delivers
/// nothing before them. Holds no memory while nothing was lost.
/// </summary>
internal struct LostPieces
{
    private PriorityQueue<PacketPiece, (long Number, int Offset)>? _pieces;

    public readonly bool TryPeek(out PacketPiece first)
    {
        first = default;
        return _pieces is not null && _pieces.TryPeek(out first, out _);
    }

    public void Add(in PacketPiece piece) => (_pieces ??= new()).Enqueue(piece, (piece.Number, piece.Offset));

    public readonly void DropFirst() => _pieces!.Dequeue();

    /// <summary>Takes so many bytes from the front of the first piece; all of it if they are as many, as of an empty packet's.</summary>
    public readonly void TakeFirst(int length)
    {
        var first = _pieces!.Peek();
        if (length >= first.Length)
        {
            _pieces.Dequeue();
        }
        else if (length > 0)
        {
            // It stays the first but for pieces of the same bytes.
            var rest = first with { Offset = first.Offset + length, Length = first.Length - length };
            _pieces.DequeueEnqueue(rest, (rest.Number, rest.Offset));
        }
    }

    /// <summary>Gives memory back while there is nothing in it.</summary>
    public void Trim()
    {
        if (_pieces is { Count: 0 })
        {
            _pieces = null;
        }
    }
}
