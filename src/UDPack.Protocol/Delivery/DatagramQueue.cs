using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Delivery;

/// <summary>Unreliable messages that wait to be sent. When there are too many the oldest is dropped: news is worth more than history.</summary>
/// <param name="capacityBytes">How much may wait, as <see cref="Cost.InQueue"/> counts.</param>
/// <param name="memory">Where what waits is counted as it is held: from when the application gave it, and until it leaves here.</param>
internal struct DatagramQueue(int capacityBytes, SessionMemory memory)
{
    private RingQueue<PacketBuffer> _messages;
    private long _held;

    public readonly bool IsEmpty => _messages.Count == 0;

    /// <summary>How many were dropped unsent.</summary>
    public long Dropped { get; private set; }

    public void Enqueue(PacketBuffer message)
    {
        _messages.Enqueue(message);
        _held += Cost.InQueue(message.Length);
        while ((_held > capacityBytes || memory.SendsTooMuch) && _messages.Count > 1)
        {
            DropOldest();
        }
    }

    public readonly bool TryPeek(out PacketBuffer message) => _messages.TryPeek(out message);

    /// <summary>The message that was peeked is written.</summary>
    public void Take()
    {
        _messages.TryDequeue(out var message);
        _held -= Cost.InQueue(message.Length);
        memory.ReleaseSending(message);
    }

    /// <summary>The message that was peeked does not fit the path any more.</summary>
    public void DropOldest()
    {
        Take();
        Dropped++;
    }

    public void Clear()
    {
        while (!IsEmpty)
        {
            Take();
        }
    }

    public void Trim() => _messages.Trim();
}
