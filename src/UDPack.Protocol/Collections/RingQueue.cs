using System.Runtime.CompilerServices;

namespace UDPack.Protocol.Collections;

/// <summary>
/// A growing FIFO with access by position from its head. Holds no memory while it was never used or after
/// <see cref="Trim"/>, since most sessions idle most of the time.
/// </summary>
internal struct RingQueue<T>
{
    private const int InitialCapacity = 8;

    private T[]? _items;
    private int _head;

    public int Count { get; private set; }

    /// <summary>The item at <paramref name="index"/> from the head.</summary>
    public readonly ref T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            return ref _items![(_head + index) & (_items.Length - 1)];
        }
    }

    public void Enqueue(in T item)
    {
        if (_items is null || Count == _items.Length)
        {
            Grow();
        }

        _items![(_head + Count) & (_items.Length - 1)] = item;
        Count++;
    }

    public readonly bool TryPeek(out T item)
    {
        item = Count == 0 ? default! : this[0];
        return Count > 0;
    }

    public bool TryDequeue(out T item)
    {
        if (!TryPeek(out item))
        {
            return false;
        }

        DropHead();
        return true;
    }

    public void DropHead()
    {
        ref var head = ref this[0];
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            head = default!;
        }

        _head = (_head + 1) & (_items!.Length - 1);
        Count--;
    }

    /// <summary>Takes back the items enqueued last.</summary>
    public void DropTail(int count)
    {
        for (; count > 0; count--)
        {
            this[Count - 1] = default!;
            Count--;
        }
    }

    /// <summary>Gives the memory back if the queue is empty.</summary>
    public void Trim()
    {
        if (Count == 0)
        {
            _items = null;
            _head = 0;
        }
    }

    private void Grow()
    {
        var grown = new T[_items is null ? InitialCapacity : _items.Length * 2];
        for (var i = 0; i < Count; i++)
        {
            grown[i] = this[i];
        }

        _items = grown;
        _head = 0;
    }
}
