using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Delivery;

/// <summary>What became of received bytes.</summary>
internal enum ReceiveResult
{
    Accepted,

    /// <summary>They were here before, or are not wanted any more.</summary>
    Duplicate,

    /// <summary>They contradict what arrived before.</summary>
    Inconsistent,

    /// <summary>Too many gaps: not taken, and not to be acknowledged, so that they come again.</summary>
    NotTaken,
}

/// <summary>The receiving half of a channel: puts packets together from their pieces and back in order, each once.</summary>
internal struct PacketReceiver
{
    /// <summary>How many gaps one packet may have; a sender who makes more sends the bytes again later.</summary>
    private const int MaxGaps = 1024;

    private const int SmallestPartial = 4096;
    private const int Unknown = -1;

    // _early[i] is packet number _next + i.
    private RingQueue<IncomingPacket> _early;
    private long _next;
    private long _final;
    private int _missing;

    public PacketReceiver()
    {
        _next = 1;
        _final = long.MaxValue;
    }

    /// <summary>Whether the peer closed the direction and everything before its end was handed over.</summary>
    public readonly bool IsFinished => _next > _final;

    /// <summary>Whether nothing has arrived that was not handed over.</summary>
    public readonly bool IsCaughtUp => _early.Count == 0;

    /// <summary>The packet whose turn it is.</summary>
    public readonly long NextNumber => _next;

    /// <summary>The last packet of which anything is known.</summary>
    public readonly long LastPlace => _next + _early.Count - 1;

    /// <summary>The full number of a packet id.</summary>
    public readonly long Expand(uint id) => PacketIds.Expand(id, _next);

    /// <summary>What bytes up to <paramref name="end"/> of a packet cost more than what of it was seen already.</summary>
    public readonly long CostOf(long number, int end)
    {
        var ahead = number - _next;
        if (ahead < 0)
        {
            return 0;
        }

        if (ahead >= _early.Count || _early[(int)ahead].State == IncomingState.Missing)
        {
            return Cost.Of(end);
        }

        ref readonly var packet = ref _early[(int)ahead];
        return packet.State == IncomingState.Partial ? Math.Max(0, end - packet.High) : 0;
    }

    /// <summary>
    /// What the packets before this one that did not arrive cost at least, since none of them is free. Without it a peer could
    /// name one far ahead and have us keep places for all before it.
    /// </summary>
    public readonly long LeastCostOfMissing(long number)
    {
        var ahead = number - _next;
        var missing = ahead >= _early.Count
            ? _missing + ahead - _early.Count
            : _missing - (ahead >= 0 && _early[(int)ahead].State == IncomingState.Missing ? 1 : 0);
        return missing * Cost.PerPacket;
    }

    /// <summary>Takes bytes of a packet. Their cost is the caller's to count.</summary>
    /// <param name="pool">Where the packet's buffer comes from.</param>
    /// <param name="number">The packet.</param>
    /// <param name="offset">Where in it the bytes lie.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="isEnd">Whether they are its last.</param>
    public ReceiveResult Add(PacketBufferPool pool, long number, int offset, ReadOnlySpan<byte> bytes, bool isEnd)
    {
        if (number > _final)
        {
            return ReceiveResult.Inconsistent;
        }

        var ahead = number - _next;
        if (ahead < 0)
        {
            return ReceiveResult.Duplicate;
        }

        ref var packet = ref Place((int)ahead);
        _missing -= packet.State == IncomingState.Missing ? 1 : 0;
        switch (packet.State)
        {
            case IncomingState.Missing when isEnd && offset == 0:
                packet.Buffer = pool.Rent(bytes.Length);
                bytes.CopyTo(packet.Buffer.Span);
                packet.Length = packet.High = bytes.Length;
                packet.State = IncomingState.Complete;
                return ReceiveResult.Accepted;
            case IncomingState.Missing:
                packet.State = IncomingState.Partial;
                packet.Length = Unknown;
                return AddPiece(pool, ref packet, offset, bytes, isEnd);
            case IncomingState.Partial:
                return AddPiece(pool, ref packet, offset, bytes, isEnd);
            default:
                return ReceiveResult.Duplicate;
        }
    }

    /// <summary>The sender gave a packet up.</summary>
    public ReceiveResult Skip(long number, int length, out PacketBuffer? partial)
    {
        partial = null;
        if (number > _final)
        {
            return ReceiveResult.Inconsistent;
        }

        var ahead = number - _next;
        if (ahead < 0)
        {
            return ReceiveResult.Duplicate;
        }

        ref var packet = ref Place((int)ahead);
        if (packet.State is not (IncomingState.Missing or IncomingState.Partial))
        {
            return ReceiveResult.Duplicate;
        }

        if (packet.High > length)
        {
            return ReceiveResult.Inconsistent;
        }

        _missing -= packet.State == IncomingState.Missing ? 1 : 0;
        partial = packet.Buffer;
        packet.Received.Release();
        packet = new IncomingPacket { State = IncomingState.Skipped };
        return ReceiveResult.Accepted;
    }

    /// <summary>The peer sends nothing after this packet. False if that contradicts what arrived.</summary>
    public bool TrySetFinal(long number)
    {
        if (_final != long.MaxValue)
        {
            return number == _final;
        }

        if (number < _next - 1)
        {
            return false;
        }

        for (var i = Math.Max(0, number + 1 - _next); i < _early.Count; i++)
        {
            if (_early[(int)i].State != IncomingState.Missing)
            {
                return false;
            }
        }

        _final = number;
        return true;
    }

    /// <summary>Takes the next packet in order, or the note that it was given up (then there is no packet), if either is here.</summary>
    public bool TryTake(out long number, out PacketBuffer? packet)
    {
        packet = null;
        while (_early.Count > 0)
        {
            number = _next;
            ref var head = ref _early[0];
            switch (head.State)
            {
                case IncomingState.Complete:
                    packet = head.Buffer!;
                    DropHead();
                    return true;
                case IncomingState.Skipped:
                    DropHead();
                    return true;
                case IncomingState.Delivered:
                    DropHead();
                    continue;
            }

            break;
        }

        number = 0;
        return false;
    }

    /// <summary>Takes a packet out of order, if it is complete.</summary>
    public readonly bool TryTakeEarly(long number, out PacketBuffer? packet)
    {
        packet = null;
        var ahead = number - _next;
        if (ahead < 0 || ahead >= _early.Count || _early[(int)ahead].State != IncomingState.Complete)
        {
            return false;
        }

        ref var early = ref _early[(int)ahead];
        packet = early.Buffer;
        early.Buffer = null;
        early.State = IncomingState.Delivered;
        return true;
    }

    /// <summary>Takes out any packet that is left.</summary>
    public bool TryDrain(out PacketBuffer packet)
    {
        while (_early.Count > 0)
        {
            ref var head = ref _early[0];
            var buffer = head.Buffer;
            head.Received.Release();
            _early.DropHead();
            if (buffer is not null)
            {
                packet = buffer;
                return true;
            }
        }

        packet = null!;
        return false;
    }

    /// <summary>Gives memory back while nothing waits.</summary>
    public void Trim() => _early.Trim();

    private ref IncomingPacket Place(int ahead)
    {
        while (_early.Count <= ahead)
        {
            _early.Enqueue(default);
            _missing++;
        }

        return ref _early[ahead];
    }

    private static ReceiveResult AddPiece(PacketBufferPool pool, ref IncomingPacket packet, int offset, ReadOnlySpan<byte> bytes, bool isEnd)
    {
        var end = offset + bytes.Length;
        if (packet.Length == Unknown ? isEnd && end < packet.High : end > packet.Length || (isEnd && end != packet.Length))
        {
            return ReceiveResult.Inconsistent;
        }

        if (packet.Received.Gaps >= MaxGaps)
        {
            return ReceiveResult.NotTaken;
        }

        if (isEnd)
        {
            packet.Length = end;
        }

        packet.High = Math.Max(packet.High, end);
        if (packet.Received.Add(offset, end) > 0)
        {
            MakeRoom(pool, ref packet);
            bytes.CopyTo(packet.Buffer!.Array.AsSpan(offset));
        }

        if (packet.Length != Unknown && packet.Received.Covered == packet.Length)
        {
            MakeRoom(pool, ref packet);
            packet.Received.Release();
            packet.Buffer!.Length = packet.Length;
            packet.State = IncomingState.Complete;
        }

        return ReceiveResult.Accepted;
    }

    /// <summary>A packet's buffer grows with what arrives: how long it will be is only known at its end, and a promise takes no memory.</summary>
    private static void MakeRoom(PacketBufferPool pool, ref IncomingPacket packet)
    {
        var have = packet.Buffer?.Array.Length ?? 0;
        if (packet.Buffer is not null && have >= packet.High)
        {
            return;
        }

        var grown = pool.Rent(packet.Length != Unknown ? packet.Length : Math.Max(SmallestPartial, Math.Max(packet.High, 2 * have)));
        packet.Buffer?.Array.AsSpan(0, have).CopyTo(grown.Array);
        packet.Buffer?.Release();
        packet.Buffer = grown;
    }

    private void DropHead()
    {
        _early.DropHead();
        _next++;
    }
}
