using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Recovery;

/// <summary>
/// Which datagrams arrived and when the peer should be told (RFC 9000 §13.2): at once when one is out of order, else with
/// every second ack-eliciting one, with fewer the longer all is in order, and always within the largest ack delay.
/// </summary>
internal struct AckTracker
{
    public const int MaxRanges = 64;

    /// <summary>From here on an ack is worth a datagram that makes the peer say that it has it, so that old ranges can go.</summary>
    private const int ManyRangesFrom = 33;

    private const int LeastPerAck = 2;
    private const int MostPerAck = 8;

    /// <summary>So many more in order make the peer wait for one more: from the 150th on three, from the 400th on eight.</summary>
    private const int InOrderPerStep = 50;

    // Descending. Almost always one range, so it starts small; 64 would be a kilobyte per idle session.
    private AckRange[]? _ranges;
    private int _count;
    private int _unacknowledged;
    private int _inOrder;
    private long _largestAt;

    public AckTracker()
    {
        Deadline = long.MaxValue;
    }

    /// <summary>When an ack must leave; <see cref="long.MaxValue"/> if none is owed.</summary>
    public long Deadline { get; private set; }

    /// <summary>Whether anything ack-eliciting arrived since the last ack: worth adding to a datagram that leaves anyway.</summary>
    public readonly bool HasNews => _unacknowledged > 0;

    public readonly bool ManyRanges => _count >= ManyRangesFrom;

    public readonly ReadOnlySpan<AckRange> Ranges => _ranges.AsSpan(0, _count);

    public readonly ulong Largest => _count > 0 ? _ranges![0].Largest : 0;

    public readonly ulong DelayMicros(long now) => (ulong)Math.Max(0, now - _largestAt);

    public void OnReceived(long now, ulong sequence, bool ackEliciting, bool immediately, long maxDelay)
    {
        // Only a gap that opens or fills is out of order; one that stays says nothing new with each later datagram.
        var inOrder = _count == 0 ? sequence == 0 : sequence == _ranges![0].Largest + 1;
        if (_count == 0 || sequence > _ranges![0].Largest)
        {
            _largestAt = now;
        }

        Insert(sequence);
        if (!ackEliciting)
        {
            return;
        }

        _unacknowledged++;
        _inOrder = inOrder ? Math.Min(_inOrder + 1, InOrderPerStep * MostPerAck) : 0;
        if (immediately || !inOrder || _unacknowledged >= Math.Max(LeastPerAck, _inOrder / InOrderPerStep))
        {
            Deadline = now;
        }
        else if (Deadline == long.MaxValue)
        {
            Deadline = now + maxDelay;
        }
    }

    /// <summary>Asks for an ack in the next datagram, to carry a new credit.</summary>
    public void Force(long now) => Deadline = now;

    public void OnAckSent()
    {
        _unacknowledged = 0;
        Deadline = long.MaxValue;
    }

    /// <summary>The peer has our ack up to <paramref name="largest"/>: what lies below need not be repeated (RFC 9000 §13.2.4).</summary>
    public void OnAckAcknowledged(ulong largest)
    {
        while (_count > 1 && _ranges![_count - 1].Largest < largest)
        {
            _count--;
        }
    }

    private void Insert(ulong sequence)
    {
        _ranges ??= new AckRange[2];
        var i = 0;
        while (i < _count && _ranges[i].Smallest > sequence)
        {
            i++;
        }

        // Ranges before i lie above; range i, if any, starts at or below the number.
        var joinsBelow = i < _count && _ranges[i].Largest + 1 >= sequence;
        if (joinsBelow && _ranges[i].Largest >= sequence)
        {
            return;
        }

        var joinsAbove = i > 0 && _ranges[i - 1].Smallest == sequence + 1;
        if (joinsAbove && joinsBelow)
        {
            _ranges[i - 1].Smallest = _ranges[i].Smallest;
            _ranges.AsSpan(i + 1, _count - i - 1).CopyTo(_ranges.AsSpan(i));
            _count--;
        }
        else if (joinsAbove)
        {
            _ranges[i - 1].Smallest = sequence;
        }
        else if (joinsBelow)
        {
            _ranges[i].Largest = sequence;
        }
        else
        {
            InsertRange(i, sequence);
        }
    }

    private void InsertRange(int index, ulong sequence)
    {
        if (index >= MaxRanges)
        {
            return;
        }

        if (_count == MaxRanges)
        {
            // The oldest is dropped; its datagrams will be sent again if the peer never heard of them.
            _count--;
        }
        else if (_count == _ranges!.Length)
        {
            Array.Resize(ref _ranges, Math.Min(MaxRanges, _count * 2));
        }

        _ranges.AsSpan(index, _count - index).CopyTo(_ranges.AsSpan(index + 1));
        _ranges![index] = new AckRange { Smallest = sequence, Largest = sequence };
        _count++;
    }
}
