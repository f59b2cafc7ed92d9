using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Delivery;

/// <summary>What became of a received packet.</summary>
internal enum ReceiveResult
{
    Accepted,

    /// <summary>It was here before.</summary>
    Duplicate,

    /// <summary>It exceeds the credit, or lies further ahead than any credit allows.</summary>
    CreditExceeded,
}

/// <summary>The receiving half of a channel: puts packets back in order, each once, and grants credit as they are consumed.</summary>
internal struct PacketReceiver
{
    private readonly long _window;

    // _early[i] is packet number _next + i; null where one is missing.
    private RingQueue<PacketBuffer?> _early;
    private long _next;
    private long _used;
    private long _taken;
    private long _consumed;
    private long _wanted;

    /// <param name="initialCredit">What the peer was told in the handshake.</param>
    /// <param name="largestPacket">The largest packet accepted: once all before it is consumed, it must fit.</param>
    public PacketReceiver(long initialCredit, int largestPacket)
    {
        _window = Math.Max(initialCredit, Cost.Of(largestPacket));
        _next = 1;
        AdvertisedLimit = initialCredit;
    }

    /// <summary>The limit last told to the peer.</summary>
    public long AdvertisedLimit { get; private set; }

    /// <summary>The limit the peer could be told now.</summary>
    public readonly long CurrentLimit => _consumed + _window;

    /// <summary>A rise worth a datagram of its own: a large one, or the one that the peer said it waits for.</summary>
    public readonly bool OwesCredit =>
        CurrentLimit - AdvertisedLimit >= _window / 4 || (AdvertisedLimit < _wanted && CurrentLimit >= _wanted);

    /// <summary>Whether more than three quarters of the window wait for the application.</summary>
    public readonly bool PastHighWater => _used - _consumed > _window / 4 * 3;

    /// <summary>Judges a packet before it is copied anywhere.</summary>
    public readonly ReceiveResult Judge(uint id, int length, out long number)
    {
        number = PacketIds.Expand(id, _next);
        if (number < _next)
        {
            return ReceiveResult.Duplicate;
        }

        var ahead = number - _next;
        if (ahead < _early.Count && _early[(int)ahead] is not null)
        {
            return ReceiveResult.Duplicate;
        }

        // Every packet before it costs at least the share of bookkeeping, whether it has arrived or not; without this a
        // peer could name one far ahead and have us keep places for all before it.
        var cost = Cost.Of(length);
        return _used + cost > AdvertisedLimit || ahead > (AdvertisedLimit - _taken - cost) / Cost.PerPacket
            ? ReceiveResult.CreditExceeded
            : ReceiveResult.Accepted;
    }

    /// <summary>Keeps an accepted packet until its turn.</summary>
    public void Add(long number, PacketBuffer packet)
    {
        _used += Cost.Of(packet.Length);
        var ahead = (int)(number - _next);
        while (_early.Count <= ahead)
        {
            _early.Enqueue(null);
        }

        _early[ahead] = packet;
    }

    /// <summary>Takes the next packet in order, if it is here.</summary>
    public bool TryTake(out PacketBuffer packet)
    {
        if (_early.Count == 0 || _early[0] is not { } next)
        {
            packet = null!;
            return false;
        }

        _early.DropHead();
        _next++;
        _taken += Cost.Of(next.Length);
        packet = next;
        return true;
    }

    /// <summary>The application took packets that cost this much.</summary>
    public void OnConsumed(long cost) => _consumed += cost;

    /// <summary>The peer waits until its limit is <paramref name="needed"/>.</summary>
    public void OnBlocked(long needed) => _wanted = Math.Max(_wanted, needed);

    public long Advertise() => AdvertisedLimit = Math.Max(AdvertisedLimit, CurrentLimit);

    /// <summary>Takes out any packet that is left waiting for an earlier one.</summary>
    public bool TryDrain(out PacketBuffer packet)
    {
        while (_early.TryDequeue(out var next))
        {
            if (next is not null)
            {
                packet = next;
                return true;
            }
        }

        packet = null!;
        return false;
    }

    /// <summary>Gives memory back while nothing waits.</summary>
    public void Trim() => _early.Trim();
}
