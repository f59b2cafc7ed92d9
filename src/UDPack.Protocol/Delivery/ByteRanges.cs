using System.Buffers;

namespace UDPack.Protocol.Delivery;

/// <summary>
/// Which bytes of a packet arrived, or were acknowledged. Mostly they do so front to back, which takes no memory; ranges
/// behind a gap are kept in a rented array until <see cref="Release"/>.
/// </summary>
internal struct ByteRanges
{
    /// <summary>The least that the pool gives.</summary>
    private const int InitialCapacity = 16;

    private const int ArrayHeader = 24;
    private const int RangeSize = 2 * sizeof(int);

    private (int Start, int End)[]? _later;

    /// <summary>How many bytes from the front are covered without a gap.</summary>
    public int Prefix { get; private set; }

    /// <summary>How many ranges lie behind the first gap.</summary>
    public int Gaps { get; private set; }

    /// <summary>How many bytes are covered.</summary>
    public int Covered { get; private set; }

    /// <summary>What the ranges behind the first gap take.</summary>
    public readonly int Memory => MemoryOf(_later?.Length ?? 0);

    /// <summary>What they would take with one more.</summary>
    public readonly int MemoryWithOneMore =>
        _later is null ? MemoryOf(InitialCapacity) : MemoryOf(Gaps == _later.Length ? 2 * _later.Length : _later.Length);

    /// <summary>Whether bytes lie apart from all others, so that there would be one range more.</summary>
    public readonly bool IsApart(int start, int end)
    {
        if (start <= Prefix || end <= start)
        {
            return false;
        }

        var first = LowerBound(start);
        return first == Gaps || _later![first].Start > end;
    }

    /// <summary>Covers bytes; returns how many of them were not covered before.</summary>
    public int Add(int start, int end)
    {
        var before = Covered;
        if (start > Prefix)
        {
            Insert(start, end);
        }
        else if (end > Prefix)
        {
            Covered += end - Prefix;
            Prefix = end;
            while (Gaps > 0 && _later![0].Start <= Prefix)
            {
                var (nextStart, nextEnd) = _later[0];
                Covered -= Math.Min(nextEnd, Prefix) - nextStart;
                Prefix = Math.Max(Prefix, nextEnd);
                RemoveAt(0, 1);
            }
        }

        return Covered - before;
    }

    /// <summary>The first bytes at or after <paramref name="from"/> and before <paramref name="limit"/> that are not covered; empty if there are none.</summary>
    public readonly (int Start, int End) NextGap(int from, int limit)
    {
        from = Math.Max(from, Prefix);
        for (var i = 0; i < Gaps && from < limit; i++)
        {
            var (start, end) = _later![i];
            if (start > from)
            {
                return (from, Math.Min(start, limit));
            }

            from = Math.Max(from, end);
        }

        return from < limit ? (from, limit) : (limit, limit);
    }

    public void Release()
    {
        if (_later is not null)
        {
            ArrayPool<(int, int)>.Shared.Return(_later);
            _later = null;
            Gaps = 0;
        }
    }

    private static int MemoryOf(int capacity) => capacity == 0 ? 0 : ArrayHeader + (capacity * RangeSize);

    private void Insert(int start, int end)
    {
        // The first range that ends at or after the new one's start: from there on it may touch.
        var first = LowerBound(start);
        var last = first;
        while (last < Gaps && _later![last].Start <= end)
        {
            var (otherStart, otherEnd) = _later[last];
            start = Math.Min(start, otherStart);
            end = Math.Max(end, otherEnd);
            Covered -= otherEnd - otherStart;
            last++;
        }

        Covered += end - start;
        if (last > first)
        {
            _later![first] = (start, end);
            RemoveAt(first + 1, last - first - 1);
        }
        else
        {
            MakeRoomAt(first);
            _later![first] = (start, end);
        }
    }

    private readonly int LowerBound(int start)
    {
        // New bytes mostly lie behind all others.
        if (Gaps == 0 || _later![Gaps - 1].End < start)
        {
            return Gaps;
        }

        var low = 0;
        var high = Gaps - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_later[middle].End < start)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private void MakeRoomAt(int index)
    {
        if (_later is null)
        {
            _later = ArrayPool<(int, int)>.Shared.Rent(InitialCapacity);
        }
        else if (Gaps == _later.Length)
        {
            var grown = ArrayPool<(int, int)>.Shared.Rent(2 * _later.Length);
            _later.CopyTo(grown, 0);
            ArrayPool<(int, int)>.Shared.Return(_later);
            _later = grown;
        }

        _later.AsSpan(index, Gaps - index).CopyTo(_later.AsSpan(index + 1));
        Gaps++;
    }

    private void RemoveAt(int index, int count)
    {
        _later.AsSpan(index + count, Gaps - index - count).CopyTo(_later.AsSpan(index));
        Gaps -= count;
    }
}
