using UDPack.Protocol;
using UDPack.Protocol.Delivery;

namespace UDPack.Sessions;

/// <summary>
/// How much a send queue may hold: its own bound, and its session's share of the endpoint's memory, if there is one. Guarded by the queue's lock.
/// </summary>
internal struct SendRoom(PacketBufferPool buffers, long capacity, SessionMemory? memory)
{
    private long _held;
    private long _capacity = capacity;

    /// <summary>Whether a packet was last turned down for want of memory, which others have to give back, and not of room.</summary>
    public bool LacksMemory { get; private set; }

    /// <summary>Whether there is no memory for anything that can wait.</summary>
    public readonly bool IsMemoryUsedUp => memory?.Budget.IsUsedUp == true;

    /// <summary>Whether a packet may be held. One always has room of the queue's own, or one larger than the bound could never be sent.</summary>
    public bool Has(int length)
    {
        LacksMemory = false;
        if (_held > 0 && _held + Cost.InQueue(length) > _capacity)
        {
            return false;
        }

        LacksMemory = memory?.MaySend(buffers.CapacityOf(length) + PacketBuffer.Overhead) == false;
        return !LacksMemory;
    }

    public void Take(PacketBuffer packet)
    {
        _held += Cost.InQueue(packet.Length);
        memory?.AddSending(packet.Memory);
    }

    /// <summary>A packet is done with.</summary>
    public void GiveBack(int packetLength, long packetMemory, long? newCapacity)
    {
        _held -= Cost.InQueue(packetLength);
        _capacity = newCapacity ?? _capacity;
        memory?.AddSending(-packetMemory);
    }

    /// <summary>A copy waits to be taken.</summary>
    public readonly void AddCopy(in PacketToSend packet) => memory?.AddCopies(packet.IsCopy ? packet.Buffer!.Memory : 0);

    /// <summary>It waits no more.</summary>
    public readonly void RemoveCopy(in PacketToSend packet) => memory?.AddCopies(packet.IsCopy ? -packet.Buffer!.Memory : 0);

    /// <summary>Has the queue told when there may be memory.</summary>
    public readonly void WaitForMemory(IMemoryWaiter queue) => memory!.WaitToSend(queue);
}
