using System.Runtime.CompilerServices;
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

    /// <summary>One gap too many: not taken, and not to be acknowledged, so that they come again.</summary>
    NotTaken,
}

/// <summary>The receiving half of a channel: puts packets together from their pieces and back in order, each once.</summary>
internal struct PacketReceiver
{
    private const int ArrayHeader = 24;

    // _early[i] is packet number _next + i.
    private RingQueue<IncomingPacket> _early;
    private long _next;
    private long _final;
    private int _missing;
    private int _settled;
    private long _memory;

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

    /// <summary>How many bytes arrived that were not here before.</summary>
    public long Arrived { get; private set; }

    /// <summary>How many places are kept for packets of which nothing arrived.</summary>
    public readonly int Missing => _missing;

    /// <summary>How many places are kept for packets that are done with, as one before them is not.</summary>
    public readonly int Settled => _settled;

    /// <summary>What all that waits here really takes, but for the few places that any channel keeps.</summary>
    public readonly long Memory =>
        _memory + (_early.Capacity > RingQueue<IncomingPacket>.InitialCapacity ? ArrayHeader + ((long)_early.Capacity * Unsafe.SizeOf<IncomingPacket>()) : 0);

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

    /// <summary>Whether bytes up to <paramref name="end"/> of a packet can be taken without any more memory.</summary>
    public readonly bool HasRoomFor(long number, int end)
    {
        var ahead = number - _next;
        return ahead < 0 || (ahead < _early.Count && _early[(int)ahead].HasRoomUpTo(end));
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
        var before = packet.Memory;
        var covered = packet.Covered;
        var result = ReceiveResult.Accepted;
        switch (packet.State)
        {
            case IncomingState.Missing:
                _missing--;
                if (isEnd && offset == 0)
                {
                    packet.SetWhole(pool, bytes);
                    break;
                }

                result = packet.Add(pool, offset, bytes, isEnd);
                break;
            case IncomingState.Partial:
                result = packet.Add(pool, offset, bytes, isEnd);
                break;
            default:
                return ReceiveResult.Duplicate;
        }

        _memory += packet.Memory - before;
        Arrived += packet.Covered - covered;
        return result;
    }

    /// <summary>The sender gave a packet up.</summary>
    public ReceiveResult Skip(long number, int length)
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
        if (packet.State is not (IncomingState.Missing or IncomingState.Partial))
        {
            return ReceiveResult.Duplicate;
        }

        if (packet.High > length)
        {
            return ReceiveResult.Inconsistent;
        }

        _missing -= packet.State == IncomingState.Missing ? 1 : 0;
        _memory -= packet.Memory;
        _settled++;
        packet.Skip();
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
                    packet = Take(ref head);
                    DropHead();
                    return true;
                case IncomingState.Skipped:
                    _settled--;
                    DropHead();
                    return true;
                case IncomingState.Delivered:
                    _settled--;
                    DropHead();
                    continue;
            }

            break;
        }

        number = 0;
        return false;
    }

    /// <summary>Takes a packet out of order, if it is complete.</summary>
    public bool TryTakeEarly(long number, out PacketBuffer? packet)
    {
        packet = null;
        var ahead = number - _next;
        if (ahead < 0 || ahead >= _early.Count || _early[(int)ahead].State != IncomingState.Complete)
        {
            return false;
        }

        packet = Take(ref _early[(int)ahead]);
        _settled++;
        return true;
    }

    /// <summary>Throws away all that is left.</summary>
    public void Clear()
    {
        while (_early.Count > 0)
        {
            _early[0].Release();
            _early.DropHead();
        }

        _early.Trim();
        _memory = _missing = _settled = 0;
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

    private PacketBuffer Take(ref IncomingPacket packet)
    {
        _memory -= packet.Memory;
        return packet.Take();
    }

    private void DropHead()
    {
        _early.DropHead();
        _early.Shrink();
        _next++;
    }
}
