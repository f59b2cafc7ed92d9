using UDPack.Protocol;
using UDPack.Protocol.Delivery;

namespace UDPack.Sessions;

/// <summary>
/// Unreliable messages on their way from the application to the loop; when there are too many, or the session holds too much of used up memory, the oldest is
/// dropped.
/// </summary>
/// <param name="capacityBytes">How much may wait, as <see cref="Cost.InQueue"/> counts.</param>
/// <param name="memory">Where what waits is counted as it is held; what the loop takes stays counted.</param>
internal sealed class MessageOutbox(long capacityBytes, SessionMemory memory)
{
    private PacketBuffer? _first;
    private PacketBuffer? _last;
    private long _held;
    private long[]? _lanes;
    private bool _ended;

    /// <summary>How many were dropped for want of room.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes the buffer, unless nothing more is accepted.</summary>
    public bool TryAdd(PacketBuffer message)
    {
        lock (this)
        {
            if (_ended)
            {
                return false;
            }

            Append(message);
            while ((_held > capacityBytes || memory.SendsTooMuch) && _first != _last)
            {
                memory.ReleaseSending(Take());
                Dropped++;
            }

            return true;
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

    /// <summary>Nothing is accepted any more, and nothing that waits will be sent.</summary>
    public void End()
    {
        lock (this)
        {
            _ended = true;
            while (_first is not null)
            {
                memory.ReleaseSending(Take());
            }
        }
    }

    private void Append(PacketBuffer message)
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
        memory.AddSending(message.Memory);
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
