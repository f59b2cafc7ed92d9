using UDPack.Protocol;
using UDPack.Protocol.Collections;
using UDPack.Protocol.Delivery;

namespace UDPack.Sessions;

/// <summary>
/// Values on their way from the application to the loop, at most one for each key, and the bound on how many keys may wait: a key counts until
/// the peer acknowledged its newest value.
/// </summary>
internal sealed class LatestOutbox(TableHash hash)
{
    private SeededDictionary<uint, PacketBuffer?>? _keys;
    private RingQueue<uint> _due;
    private bool _ended;

    /// <summary>How many values were replaced before the loop took them.</summary>
    public long Replaced { get; private set; }

    /// <summary>Takes the buffer, unless nothing more is accepted or too many other keys wait.</summary>
    public SendResult TryAdd(PacketBuffer value)
    {
        lock (this)
        {
            if (_ended)
            {
                return SendResult.Ended;
            }

            _keys ??= new(hash);
            if (!_keys.TryGetValue(value.Label, out var waiting) && _keys.Count >= OutgoingValues.MaxKeys)
            {
                return SendResult.Full;
            }

            _keys[value.Label] = value;
            if (waiting is null)
            {
                _due.Enqueue(value.Label);
            }
            else
            {
                waiting.Release();
                Replaced++;
            }

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

            var value = _keys![key];
            _keys[key] = null;
            return value;
        }
    }

    /// <summary>The newest value that was taken of this key is acknowledged.</summary>
    public void OnDone(uint key)
    {
        lock (this)
        {
            if (_keys is not null && _keys.TryGetValue(key, out var waiting) && waiting is null)
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
                _keys![key]!.Release();
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
}
