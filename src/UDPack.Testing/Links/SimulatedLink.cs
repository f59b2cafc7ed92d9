using UDPack.Testing.Links;

namespace UDPack.Testing;

/// <summary>
/// One direction of a path: decides what becomes of each datagram and when it arrives, and nothing else. It holds no bytes,
/// has no thread and no clock; the same seed and calls give the same verdicts. Not thread-safe.
/// </summary>
public sealed class SimulatedLink
{
    private const int NanosPerMicro = 1_000;

    private SeededRandom _random;
    private LinkConditions _conditions;
    private LinkTimes _times;
    private LinkCounters _counters;
    private bool _isBad;
    private long _blackholeUntil = long.MinValue;
    private long _latestArrival = long.MinValue;

    // Until when the bottleneck is busy: nanoseconds, and what is left over in bit-nanoseconds of the rate.
    private long _busyUntil = long.MinValue;
    private long _busyRest;

    /// <param name="conditions">How it treats datagrams.</param>
    /// <param name="seed">Where its chances come from.</param>
    public SimulatedLink(LinkConditions conditions, long seed)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        _random = new SeededRandom((ulong)seed);
        _conditions = conditions;
        _times = new LinkTimes(conditions);
    }

    /// <summary>How it treats datagrams from now on. What is on its way arrives as decided; what waits for the bottleneck is sent at the old rate.</summary>
    public LinkConditions Conditions
    {
        get => _conditions;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (ReferenceEquals(value, _conditions))
            {
                return;
            }

            _conditions = value;
            _times = new LinkTimes(value);
            _busyRest = 0;
        }
    }

    /// <summary>What it has done so far.</summary>
    public LinkStatistics Statistics => _counters.ToStatistics();

    /// <summary>Lets everything vanish that is sent before this time.</summary>
    /// <param name="until">Microseconds of the clock given to <see cref="Send"/>.</param>
    public void BlackholeUntil(long until) => _blackholeUntil = until;

    /// <summary>Decides about a datagram.</summary>
    /// <param name="now">The time, in microseconds; never less than in an earlier call.</param>
    /// <param name="length">Its length in bytes; at most 65,535.</param>
    public LinkVerdict Send(long now, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, ushort.MaxValue, nameof(length));
        _counters.Sent++;
        _counters.BytesSent += length;
        var fate = Judge(now, length, out var leaves);
        if (fate != DatagramFate.Delivered)
        {
            _counters.Add(fate);
            return new LinkVerdict(fate, 0, default, default);
        }

        var isTwice = _random.Happens(_conditions.Duplicate);
        var first = Deliver(leaves, length);
        if (!isTwice)
        {
            return new LinkVerdict(fate, 1, first, default);
        }

        _counters.Duplicated++;
        return new LinkVerdict(fate, 2, first, Deliver(leaves, length));
    }

    /// <summary>An arrival found nobody.</summary>
    internal void CountUnreachable(int length)
    {
        _counters.Delivered--;
        _counters.BytesDelivered -= length;
        _counters.Unreachable++;
    }

    private DatagramFate Judge(long now, int length, out long leaves)
    {
        leaves = now;
        if (_conditions.Blackhole || now < _blackholeUntil)
        {
            return DatagramFate.Blackholed;
        }

        if (length > _times.Mtu)
        {
            return DatagramFate.TooLarge;
        }

        if (_conditions.Bursts is { } bursts)
        {
            _isBad = _isBad ? !_random.Happens(bursts.End) : _random.Happens(bursts.Begin);
            if (_isBad)
            {
                if (_random.Happens(bursts.Loss))
                {
                    return DatagramFate.LostInBurst;
                }

                return Queue(now, length, ref leaves) ? DatagramFate.Delivered : DatagramFate.QueueFull;
            }
        }

        return _random.Happens(_conditions.Loss) ? DatagramFate.Lost
            : Queue(now, length, ref leaves) ? DatagramFate.Delivered
            : DatagramFate.QueueFull;
    }

    /// <summary>Puts a datagram into the bottleneck's queue; <paramref name="leaves"/> is when its last bit is through.</summary>
    private bool Queue(long now, int length, ref long leaves)
    {
        var rate = _times.BitsPerSecond;
        if (rate == 0)
        {
            return true;
        }

        var nowNanos = now * NanosPerMicro;
        var waits = _busyUntil - nowNanos;
        if (_busyUntil <= nowNanos)
        {
            waits = 0;
            _busyUntil = nowNanos;
            _busyRest = 0;
        }

        if (waits > _times.QueueNanos || (_times.QueueBytes < int.MaxValue && QueuedBytes(waits, rate) + length > _times.QueueBytes))
        {
            return false;
        }

        // The rest goes to the next datagram, so that no error adds up however long the queue.
        var work = (length * 8L * 1_000_000_000) + _busyRest;
        _busyUntil += work / rate;
        _busyRest = work % rate;
        leaves = (_busyUntil + (_busyRest > 0 ? NanosPerMicro : NanosPerMicro - 1)) / NanosPerMicro;
        return true;
    }

    private static long QueuedBytes(long waitNanos, long rate) => (long)Math.Ceiling((double)waitNanos * rate / 8e9);

    private LinkDelivery Deliver(long leaves, int length)
    {
        var flipped = length > 0 && _random.Happens(_conditions.Corrupt) ? (int)_random.Next(length * 8L) : -1;
        var at = leaves + _times.Delay + (_times.Jitter == 0 ? 0 : _random.Next(_times.Jitter));
        var overtakes = at < _latestArrival;
        if (overtakes && !_conditions.Reorder)
        {
            at = _latestArrival;
            overtakes = false;
        }

        _latestArrival = Math.Max(_latestArrival, at);
        _counters.Delivered++;
        _counters.BytesDelivered += length;
        _counters.Corrupted += flipped >= 0 ? 1 : 0;
        _counters.Reordered += overtakes ? 1 : 0;
        return new LinkDelivery(at, flipped);
    }
}
