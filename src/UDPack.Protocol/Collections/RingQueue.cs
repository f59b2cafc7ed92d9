using System.Runtime.CompilerServices;

namespace UDPack.Protocol.Collections;

/// <summary>
/// A growing FIFO with access by position from its head. Holds no memory while it was never used or after
/// <see cref="Trim"/>, since most sessions idle most of the time.
/// </summary>
internal struct RingQueue<T>
{
    /// <summary>As many are never given back while the queue is in use.</summary>
    public const int InitialCapacity = 8;

    private T[]? _items;
    private int _head;

    public int Count { get; private set; }

    /// <summary>For how many items there is memory.</summary>
    public readonly int Capacity => _items?.Length ?? 0;

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

    /// <summary>Gives half of the memory back when less than a quarter of it is used, and all when none is, so that a burst is not paid for when it is over.</summary>
    public void Shrink()
    {
        if (Capacity > InitialCapacity && Count == 0)
        {
            Trim();
        }
        else if (Capacity > InitialCapacity && Count < Capacity / 4)
        {
            Move(Capacity / 2);
        }
    }

    private void Grow() => Move(_items is null ? InitialCapacity : _items.Length * 2);

    private void Move(int capacity)
    {
        var moved = new T[capacity];
        for (var i = 0; i < Count; i++)
        {
            moved[i] = this[i];
        }

        _items = moved;
        _head = 0;
    }
}
