namespace UDPack.Protocol.Tests.Recovery;

/// <summary>
/// A path on virtual time: a link with a drop-tail queue, behind a place that loses datagrams at random, then a delay.
/// Acks come back after the other half of the round trip and are not lost.
/// </summary>
internal sealed class SimulatedBottleneck
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Random _random;
    private readonly long _roundTrip;
    private readonly long _queueBytes;
    private readonly double _loss;
    private double _bytesPerMicro;
    private long _order;
    private double _busyUntil;
    private long _lastBack;

    public SimulatedBottleneck(int seed, double bitsPerSecond, long roundTrip, long queueBytes, double loss)
    {
        _random = new Random(seed);
        _bytesPerMicro = bitsPerSecond / 8e6;
        _roundTrip = roundTrip;
        _queueBytes = queueBytes;
        _loss = loss;
    }

    /// <summary>How many of a thousand datagrams come late, and by how much at most: reordering.</summary>
    public (int PerMille, long Most) Late { get; init; }

    /// <summary>How much later than the others an ack may come, in order all the same: a receiver that is busy now and then.</summary>
    public long AckJitter { get; init; }

    public long Dropped { get; private set; }

    public double BandwidthDelayProduct => _bytesPerMicro * _roundTrip;

    public void ChangeRate(long now, double bitsPerSecond)
    {
        var queued = Queued(now);
        _bytesPerMicro = bitsPerSecond / 8e6;
        _busyUntil = now + (queued / _bytesPerMicro);
    }

    public void At(long time, Action action) => _events.Enqueue(action, (time, _order++));

    public void Transmit(long now, SimulatedFlow flow, ulong sequence, int size)
    {
        if (_random.NextDouble() < _loss)
        {
            return;
        }

        if (Queued(now) + size > _queueBytes)
        {
            Dropped++;
            return;
        }

        _busyUntil = Math.Max(_busyUntil, now) + (size / _bytesPerMicro);
        var arrival = (long)_busyUntil + (_roundTrip / 2);
        if (_random.Next(1000) < Late.PerMille)
        {
            arrival += _random.NextInt64(Late.Most);
        }

        At(arrival, () => flow.OnArrived(arrival, sequence));
    }

    public void SendBack(long now, Action<long> deliver)
    {
        var arrival = now + (_roundTrip / 2);
        if (AckJitter > 0)
        {
            arrival = _lastBack = Math.Max(_lastBack, arrival + _random.NextInt64(AckJitter));
        }

        At(arrival, () => deliver(arrival));
    }

    public void Run(long until)
    {
        while (_events.TryPeek(out _, out var next) && next.At <= until)
        {
            _events.Dequeue()();
        }
    }

    private double Queued(long now) => Math.Max(0, _busyUntil - now) * _bytesPerMicro;
}
