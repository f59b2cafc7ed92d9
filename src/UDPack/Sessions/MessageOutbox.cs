using UDPack.Protocol;
using UDPack.Protocol.Delivery;

namespace UDPack.Sessions;

/// <summary>Unreliable messages on their way from the application to the loop; when there are too many the oldest is dropped.</summary>
internal sealed class MessageOutbox(long capacityBytes)
{
    private PacketBuffer? _first;
    private PacketBuffer? _last;
    private long _held;
    private long[]? _lanes;

    /// <summary>How many were dropped for want of room.</summary>
    public long Dropped { get; private set; }

    public void Add(PacketBuffer message)
    {
        lock (this)
        {
            message.Next = null;
            if (message.Label != 0)
            {
                message.Number = NextInLane(message.Label);
            }

            if (_last is null)
            {
                _first = message;
            }
            else
            {
                _last.Next = message;
            }

            _last = message;
            _held += Cost.InQueue(message.Length);
            while (_held > capacityBytes && _first != _last)
            {
                Take().Release();
                Dropped++;
            }
        }
    }

    /// <summary>The oldest message, or null.</summary>
    public PacketBuffer? TryTake()
    {
        lock (this)
        {
            return _first is null ? null : Take();
        }
    }

    public void Clear()
    {
        while (TryTake() is { } message)
        {
            message.Release();
        }
    }

    // Numbered here, so that what is dropped here leaves a gap, too.
    private long NextInLane(uint lane)
    {
        if (_lanes is null || _lanes.Length <= lane)
        {
            Array.Resize(ref _lanes, (int)lane + 1);
        }

        return ++_lanes[lane];
    }

    private PacketBuffer Take()
    {
        var first = _first!;
        _first = first.Next;
        _last = _first is null ? null : _last;
        first.Next = null;
        _held -= Cost.InQueue(first.Length);
        return first;
    }
}
