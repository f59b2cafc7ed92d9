using System.Numerics;
using System.Runtime.CompilerServices;
using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Delivery;

/// <summary>
/// Whose turn it is to fill datagrams: the channels of the highest priority that have something, one after the other, so
/// that a bulk stream does not starve a small one. Channels that wait for the session's credit stand apart.
/// </summary>
internal struct SendScheduler
{
    /// <summary>How many bytes a channel writes before the next one of its priority has its turn.</summary>
    public const int Quantum = 4096;

    private Queues _queues;
    private RingQueue<PacketChannel> _waiting;
    private byte _occupied;

    public readonly bool IsEmpty => _occupied == 0;

    public void Add(PacketChannel channel)
    {
        if (channel.IsQueued)
        {
            return;
        }

        channel.IsQueued = true;
        _queues[channel.Priority].Append(channel);
        _occupied |= (byte)(1 << channel.Priority);
    }

    public readonly bool TryPeek(out PacketChannel channel)
    {
        channel = _occupied == 0 ? null! : _queues[BitOperations.Log2(_occupied)].First!;
        return _occupied != 0;
    }

    /// <summary>The channel that was peeked has had its turn.</summary>
    public void Rotate()
    {
        TryPeek(out var channel);
        RemoveFirst();
        Add(channel);
    }

    /// <summary>The channel that was peeked has nothing to send for now.</summary>
    public void RemoveFirst()
    {
        var priority = BitOperations.Log2(_occupied);
        ref var queue = ref _queues[priority];
        queue.DropFirst().IsQueued = false;
        if (queue.First is null)
        {
            _occupied &= (byte)~(1 << priority);
        }
    }

    /// <summary>The channel that was peeked waits for the session's credit. It may still be added for what needs none.</summary>
    public void Park()
    {
        TryPeek(out var channel);
        RemoveFirst();
        if (!channel.WaitsForSession)
        {
            channel.WaitsForSession = true;
            _waiting.Enqueue(channel);
        }
    }

    /// <summary>The session has more credit.</summary>
    public void Unpark()
    {
        while (_waiting.TryDequeue(out var channel))
        {
            channel.WaitsForSession = false;
            Add(channel);
        }
    }

    /// <summary>The first in line for the session's credit that still has something to start.</summary>
    public bool TryPeekParked(out PacketChannel channel)
    {
        while (_waiting.TryPeek(out channel))
        {
            if (channel.Sender.CostToStart > 0)
            {
                return true;
            }

            // Aborted meanwhile: it must not stand in the way of those behind it.
            channel.WaitsForSession = false;
            _waiting.DropHead();
        }

        return false;
    }

    public void Clear()
    {
        while (!IsEmpty)
        {
            RemoveFirst();
        }

        while (_waiting.TryDequeue(out var channel))
        {
            channel.WaitsForSession = false;
        }
    }

    /// <summary>Gives memory back while nobody waits.</summary>
    public void Trim() => _waiting.Trim();

    private struct Queue
    {
        private PacketChannel? _last;

        public PacketChannel? First { get; private set; }

        public void Append(PacketChannel channel)
        {
            channel.NextInQueue = null;
            if (First is null)
            {
                First = channel;
            }
            else
            {
                _last!.NextInQueue = channel;
            }

            _last = channel;
        }

        public PacketChannel DropFirst()
        {
            var first = First!;
            First = first.NextInQueue;
            _last = First is null ? null : _last;
            first.NextInQueue = null;
            return first;
        }
    }

    [InlineArray(StreamSettings.HighestPriority + 1)]
    private struct Queues
    {
        private Queue _first;
    }
}
