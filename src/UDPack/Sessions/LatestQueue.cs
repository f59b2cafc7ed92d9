using UDPack.Protocol;
using UDPack.Protocol.Collections;
using UDPack.Protocol.Delivery;

namespace UDPack.Sessions;

/// <summary>Received values on their way to the application, at most one for each key: a newer one takes the place of one that nobody took yet, and keeps its turn.</summary>
internal sealed class LatestQueue(TableHash hash) : PacketQueue
{
    private SeededDictionary<uint, PacketBuffer>? _waiting;
    private long _held;

    /// <summary>What is kept takes so much memory.</summary>
    public long Held => Volatile.Read(ref _held);

    /// <summary>Gives memory back while nothing waits.</summary>
    public void Trim()
    {
        lock (this)
        {
            _waiting = _waiting is { Count: 0 } ? null : _waiting;
        }
    }

    protected override AddResult Keep(PacketBuffer packet)
    {
        _waiting ??= new(hash);
        if (_waiting.TryGetValue(packet.Label, out var place))
        {
            // The place is part of the chain, so it stays until its turn.
            if (place.Newer is { } old)
            {
                Count(-old.Memory);
                old.Release();
            }

            place.Newer = packet;
        }
        else if (_waiting.Count < OutgoingValues.MaxKeys)
        {
            _waiting.Add(packet.Label, packet);
            Append(packet);
        }
        else
        {
            return AddResult.Full;
        }

        Count(packet.Memory);
        return AddResult.Kept;
    }

    protected override PacketBuffer Leave(PacketBuffer packet)
    {
        _waiting!.Remove(packet.Label);
        Count(-packet.Memory);
        if (packet.Newer is not { } newer)
        {
            return packet;
        }

        Count(-newer.Memory);
        packet.Newer = null;
        packet.Release();
        return newer;
    }

    private void Count(long memory) => Volatile.Write(ref _held, _held + memory);
}
