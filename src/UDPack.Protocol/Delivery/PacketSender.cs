using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Delivery;

/// <summary>
/// The sending half of a channel: packets in order, each kept until it was acknowledged, sent again when lost, started only when
/// credit allows.
/// </summary>
internal struct PacketSender
{
    // _window[i] is packet number _first + i; null once acknowledged. Those from _next on were not sent yet.
    private RingQueue<PacketBuffer?> _window;
    private RingQueue<long> _lost;
    private long _first;
    private long _next;

    public PacketSender(long creditLimit)
    {
        _first = _next = 1;
        CreditLimit = creditLimit;
    }

    /// <summary>The total the peer lets us use so far.</summary>
    public long CreditLimit { get; private set; }

    public long CreditUsed { get; private set; }

    public readonly bool IsEmpty => _window.Count == 0;

    public readonly bool HasLost => _lost.Count > 0;

    private readonly bool HasUnsent => _next < _first + _window.Count;

    /// <summary>Whether the next unsent packet waits for credit.</summary>
    public readonly bool IsBlocked => HasUnsent && !CreditAllows(NextUnsent!);

    public readonly bool CanStart => HasUnsent && CreditAllows(NextUnsent!);

    /// <summary>The total needed for the packet that waits for credit.</summary>
    public readonly long CreditNeeded => CreditUsed + Cost.Of(NextUnsent!.Length);

    /// <summary>The next packet that was never sent, or null.</summary>
    private readonly PacketBuffer? NextUnsent => HasUnsent ? _window[(int)(_next - _first)] : null;

    public void Enqueue(PacketBuffer packet) => _window.Enqueue(packet);

    public void RaiseCredit(long limit) => CreditLimit = Math.Max(CreditLimit, limit);

    /// <summary>The next packet to send again, without taking it.</summary>
    public bool TryPeekLost(out long number, out PacketBuffer packet)
    {
        while (_lost.Count > 0)
        {
            number = _lost[0];
            if (Find(number) is { } found)
            {
                packet = found;
                return true;
            }

            // Acknowledged meanwhile, by a copy that was thought lost.
            _lost.DropHead();
        }

        number = 0;
        packet = null!;
        return false;
    }

    public void TakeLost() => _lost.DropHead();

    /// <summary>The next packet to send for the first time, without taking it.</summary>
    public readonly bool TryPeekNew(out long number, out PacketBuffer packet)
    {
        number = _next;
        packet = NextUnsent!;
        return packet is not null && CreditAllows(packet);
    }

    public void TakeNew()
    {
        CreditUsed += Cost.Of(NextUnsent!.Length);
        _next++;
    }

    /// <summary>The oldest packet in flight, for a probe.</summary>
    public readonly bool TryPeekOldest(out long number, out PacketBuffer packet)
    {
        number = _first;
        packet = _next > _first ? _window[0]! : null!;
        return packet is not null;
    }

    public void OnLost(long number)
    {
        if (Find(number) is not null)
        {
            _lost.Enqueue(number);
        }
    }

    /// <summary>Takes a packet out as acknowledged; null if it already was.</summary>
    public PacketBuffer? OnAcknowledged(long number)
    {
        var packet = Find(number);
        if (packet is null)
        {
            return null;
        }

        _window[(int)(number - _first)] = null;
        while (_window.Count > 0 && _first < _next && _window[0] is null)
        {
            _window.DropHead();
            _first++;
        }

        return packet;
    }

    /// <summary>Takes out any packet that is left, sent or not.</summary>
    public bool TryDrain(out PacketBuffer packet)
    {
        while (_window.TryDequeue(out var next))
        {
            _first++;
            _next = Math.Max(_next, _first);
            if (next is not null)
            {
                packet = next;
                return true;
            }
        }

        packet = null!;
        return false;
    }

    /// <summary>Gives memory back while there is nothing to send.</summary>
    public void Trim()
    {
        _window.Trim();
        _lost.Trim();
    }

    private readonly PacketBuffer? Find(long number) =>
        number >= _first && number < _next ? _window[(int)(number - _first)] : null;

    private readonly bool CreditAllows(PacketBuffer packet) => CreditUsed + Cost.Of(packet.Length) <= CreditLimit;
}
