using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UDPack.Protocol;
using UDPack.Protocol.Collections;
using UDPack.Protocol.Delivery;

namespace UDPack.Sessions;

/// <summary>
/// Values on their way from the application to the loop, at most one for each key, and the bounds on what may wait: a key counts until
/// the peer acknowledged its newest value, and while the endpoint's memory is used up nothing is accepted that needs more of it than the session's share.
/// </summary>
/// <param name="hash">For the table of keys.</param>
/// <param name="memory">Where what waits is counted as it is held; what the loop takes stays counted.</param>
internal sealed class LatestOutbox(TableHash hash, SessionMemory memory)
{
    private SeededDictionary<uint, Place>? _keys;
    private RingQueue<uint> _due;
    private bool _ended;

    /// <summary>How many values were replaced before the loop took them.</summary>
    public long Replaced { get; private set; }

    /// <summary>Takes the buffer, unless nothing more is accepted, too many other keys wait, or there is no memory for it.</summary>
    public SendResult TryAdd(PacketBuffer value)
    {
        lock (this)
        {
            if (_ended)
            {
                return SendResult.Ended;
            }

            _keys ??= new(hash);
            ref var place = ref CollectionsMarshal.GetValueRefOrNullRef(_keys, value.Label);
            var isNew = Unsafe.IsNullRef(ref place);
            if (isNew && _keys.Count >= OutgoingValues.MaxKeys)
            {
                return SendResult.Full;
            }

            // What takes the place of another needs no memory but what it is larger.
            var needed = value.Memory - (isNew ? 0 : place.Memory);
            if (needed > 0 && !memory.MaySend(needed))
            {
                return SendResult.NoMemory;
            }

            if (isNew)
            {
                place = ref CollectionsMarshal.GetValueRefOrAddDefault(_keys, value.Label, out _);
            }

            Put(value, ref place);
            return SendResult.Accepted;
        }
    }

    /// <summary>The value that has waited longest, or null.</summary>
    public PacketBuffer? TryTake()
    {
        lock (this)
        {
            if (!_due.TryDequeue(out var key))
            {
                return null;
            }

            ref var place = ref CollectionsMarshal.GetValueRefOrNullRef(_keys!, key);
            var value = place.Waiting;
            place.Waiting = null;
            return value;
        }
    }

    /// <summary>The newest value that was taken of this key is acknowledged.</summary>
    public void OnDone(uint key)
    {
        lock (this)
        {
            if (_keys is not null && _keys.TryGetValue(key, out var place) && place.Waiting is null)
            {
                _keys.Remove(key);
            }
        }
    }

    /// <summary>Nothing is accepted any more, and nothing that waits will be sent.</summary>
    public void End()
    {
        lock (this)
        {
            _ended = true;
            while (_due.TryDequeue(out var key))
            {
                memory.ReleaseSending(_keys![key].Waiting!);
            }

            _keys = null;
        }
    }

    /// <summary>Gives memory back while nothing waits.</summary>
    public void Trim()
    {
        lock (this)
        {
            if (_keys is { Count: 0 })
            {
                _keys = null;
                _due.Trim();
            }
        }
    }

    private void Put(PacketBuffer value, ref Place place)
    {
        memory.AddSending(value.Memory);
        if (place.Waiting is { } replaced)
        {
            memory.ReleaseSending(replaced);
            Replaced++;
        }
        else
        {
            _due.Enqueue(value.Label);
        }

        place = new Place(value, value.Memory);
    }

    /// <param name="Waiting">The key's newest value, unless the loop has it.</param>
    /// <param name="Memory">What the newest value takes, wherever it is.</param>
    private record struct Place(PacketBuffer? Waiting, int Memory);
}
