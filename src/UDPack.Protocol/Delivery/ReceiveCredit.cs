namespace UDPack.Protocol.Delivery;

/// <summary>
/// What this side lets the peer send: what was consumed and a window ahead of it. The window starts small and doubles when
/// a quarter of it is used within two round trips and the application keeps up, so that memory is promised only to those who are
/// fast enough to need it.
/// </summary>
internal struct ReceiveCredit
{
    /// <summary>A few datagrams: less would be a round trip for each packet, whatever the handshake said.</summary>
    private const long SmallestWindow = 4096;

    private readonly long _maxWindow;
    private readonly long _largestCost;
    private long _window;
    private long _wanted;
    private Epoch _consumption;
    private Epoch _arrivals;
    private long _arrived;

    /// <param name="initial">What the peer was told in the handshake.</param>
    /// <param name="maxWindow">The largest window it may grow to.</param>
    /// <param name="largestCost">What the largest accepted packet costs: it is granted whatever the window.</param>
    public ReceiveCredit(long initial, long maxWindow, long largestCost)
    {
        _window = Math.Max(initial, SmallestWindow);
        _maxWindow = Math.Max(_window, maxWindow);
        _largestCost = largestCost;
        AdvertisedLimit = initial;
    }

    /// <summary>The limit last told to the peer.</summary>
    public long AdvertisedLimit { get; private set; }

    /// <summary>What the peer has used, by what arrived.</summary>
    public long Used { get; private set; }

    /// <summary>What the application has taken, or what will never come.</summary>
    public long Consumed { get; private set; }

    /// <summary>What waits: for the application, or for the rest of its packet.</summary>
    public readonly long Held => Used - Consumed;

    public readonly long Window => _window;

    /// <summary>Whether more than three quarters of the window wait for the application.</summary>
    public readonly bool PastHighWater => Held > _window / 4 * 3;

    /// <summary>The limit the peer could be told now.</summary>
    /// <param name="extra">What else may be ahead of what was consumed; negative for what is kept although it was.</param>
    public readonly long CurrentLimit(long extra = 0)
    {
        var limit = Consumed + _window + extra;
        if (_wanted <= limit)
        {
            return limit;
        }

        // A packet that the window does not hold: when nothing else waits, or at once if the window could grow to it, so that
        // what waits elsewhere in the session does not hold it up.
        var ahead = _wanted - Consumed - Math.Min(extra, 0);
        return (Held == 0 && extra >= 0 && ahead <= _largestCost + _window) || (_wanted - Used > _window && ahead <= _maxWindow) ? _wanted : limit;
    }

    /// <summary>
    /// The limit to write: never less than one that was told before. That one counts as told, and what carried it may have been lost; a peer that
    /// waits for it would wait for ever.
    /// </summary>
    public readonly long LimitToTell(long extra = 0) => Math.Max(AdvertisedLimit, CurrentLimit(extra));

    /// <summary>A rise worth a datagram of its own: a large one, or the one that the peer said it waits for.</summary>
    public readonly bool OwesRise(long extra = 0)
    {
        var limit = CurrentLimit(extra);
        return limit - AdvertisedLimit >= Math.Max(1, _window / 4) || (AdvertisedLimit < _wanted && limit >= _wanted);
    }

    /// <summary>Whether what was granted covers so much more.</summary>
    public readonly bool Covers(long cost) => cost <= AdvertisedLimit - Used;

    /// <summary>Counts what arrived.</summary>
    public void Use(long cost) => Used += cost;

    /// <summary>
    /// Lets the window grow by what arrived, too: what waits for a lost datagram does not say that the application is slow, and
    /// without room beyond it the peer would wait out every loss.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="cost">What arrived: not what it promised.</param>
    /// <param name="ready">What waits for the application and for nothing else.</param>
    /// <param name="roundTrip">The path's round trip.</param>
    public void OnArrival(long now, long cost, long ready, long roundTrip)
    {
        _arrived += cost;
        if (ready <= _window / 4)
        {
            Grow(ref _arrivals, now, _arrived, roundTrip);
        }
    }

    /// <summary>The application took so much.</summary>
    public void Consume(long now, long cost, long roundTrip)
    {
        Consumed += cost;
        Grow(ref _consumption, now, Consumed, roundTrip);
    }

    /// <summary>The peer waits until its limit is <paramref name="needed"/>; more than it could need is not believed.</summary>
    public void OnBlocked(long needed)
    {
        if (needed > _wanted && needed - AdvertisedLimit <= _largestCost + _window)
        {
            _wanted = needed;
        }
    }

    /// <summary>The limit that is being told to the peer.</summary>
    public long Advertise(long extra = 0) => AdvertisedLimit = LimitToTell(extra);

    private void Grow(ref Epoch epoch, long now, long total, long roundTrip)
    {
        if (now - epoch.Start > 2 * roundTrip)
        {
            epoch = new Epoch(total, now);
            return;
        }

        // A quarter, as a peer that starts doubles what it sends with each round trip, and what waits for a lost datagram takes
        // another one: with less it would have to wait before it hears of the larger window.
        if (total - epoch.From < _window / 4)
        {
            return;
        }

        // What has arrived counts for both, or it would count again once it is taken.
        _window = Math.Min(2 * _window, _maxWindow);
        _arrivals = new Epoch(_arrived, now);
        _consumption = new Epoch(Used, now);
    }

    /// <summary>Since when so many bytes are counted.</summary>
    private readonly record struct Epoch(long From, long Start);
}
