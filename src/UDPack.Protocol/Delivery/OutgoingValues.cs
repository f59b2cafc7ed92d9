using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Delivery;

/// <summary>
/// Values that the peer does not have for sure, one for each key: a newer one takes the place of an older one, sent or not, and is sent
/// again until it is acknowledged. So what waits is bounded by the number of keys, and what is sent is always the newest.
/// </summary>
internal sealed class OutgoingValues(TableHash hash, SessionMemory memory)
{
    /// <summary>How many keys may wait for an acknowledgement at once.</summary>
    public const int MaxKeys = 1024;

    private SeededDictionary<uint, Pending>? _pending;
    private RingQueue<uint> _due;
    private uint _number;

    /// <summary>How many keys wait for an acknowledgement, sent or not.</summary>
    public int Count => _pending?.Count ?? 0;

    /// <summary>How many values were replaced before they were acknowledged.</summary>
    public long Replaced { get; private set; }

    /// <summary>Takes the newest value of its key, the buffer's <see cref="PacketBuffer.Label"/>; it counts as being sent since the application gave it.</summary>
    public void Put(PacketBuffer value)
    {
        value.Number = unchecked(++_number);
        ref var pending = ref CollectionsMarshal.GetValueRefOrAddDefault(_pending ??= new(hash), value.Label, out var exists);
        if (exists)
        {
            memory.ReleaseSending(pending.Value);
            Replaced++;
        }

        pending.Value = value;
        Queue(value.Label, ref pending);
    }

    /// <summary>The value that has waited longest to be written.</summary>
    public bool TryPeek(out PacketBuffer value)
    {
        while (_due.TryPeek(out var key))
        {
            if (_pending!.TryGetValue(key, out var pending) && pending.IsQueued)
            {
                value = pending.Value;
                return true;
            }

            // Acknowledged meanwhile.
            _due.DropHead();
        }

        value = null!;
        return false;
    }

    /// <summary>The value that was peeked is written.</summary>
    public void Take()
    {
        _due.TryDequeue(out var key);
        CollectionsMarshal.GetValueRefOrNullRef(_pending!, key).IsQueued = false;
    }

    /// <summary>The peer has this value; true if it is the newest, and nothing waits for the key any more.</summary>
    public bool TryAcknowledge(uint key, uint number)
    {
        if (_pending is null || !_pending.TryGetValue(key, out var pending) || pending.Value.Number != number)
        {
            return false;
        }

        memory.ReleaseSending(pending.Value);
        _pending.Remove(key);
        return true;
    }

    /// <summary>This value was lost; sent again if it is still the newest.</summary>
    public void OnLost(uint key, uint number)
    {
        if (_pending is null)
        {
            return;
        }

        ref var pending = ref CollectionsMarshal.GetValueRefOrNullRef(_pending, key);
        if (!Unsafe.IsNullRef(ref pending) && pending.Value.Number == number)
        {
            Queue(key, ref pending);
        }
    }

    /// <summary>
    /// Has the value repeated that was set first of all that are on their way: for a probe, when what the oldest datagrams carried
    /// has been replaced.
    /// </summary>
    public void RepeatOldest()
    {
        if (_pending is null)
        {
            return;
        }

        PacketBuffer? oldest = null;
        foreach (var pending in _pending.Values)
        {
            if (!pending.IsQueued && (oldest is null || unchecked((int)((uint)pending.Value.Number - (uint)oldest.Number)) < 0))
            {
                oldest = pending.Value;
            }
        }

        if (oldest is not null)
        {
            OnLost(oldest.Label, (uint)oldest.Number);
        }
    }

    public void Clear()
    {
        if (_pending is not null)
        {
            foreach (var pending in _pending.Values)
            {
                memory.ReleaseSending(pending.Value);
            }
        }

        _pending = null;
        _due = default;
    }

    /// <summary>Gives memory back while nothing waits.</summary>
    public void Trim()
    {
        if (Count == 0)
        {
            _pending = null;
            _due = default;
        }
    }

    private void Queue(uint key, ref Pending pending)
    {
        if (!pending.IsQueued)
        {
            pending.IsQueued = true;
            _due.Enqueue(key);
        }
    }

    private struct Pending
    {
        public PacketBuffer Value;

        /// <summary>Whether it waits to be written; if not, it is on its way.</summary>
        public bool IsQueued;
    }
}
