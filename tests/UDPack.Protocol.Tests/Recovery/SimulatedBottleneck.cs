namespace UDPack.Protocol.Tests.Recovery;

/// <summary>
/// A path on virtual time: a link with a drop-tail queue, behind a place that loses datagrams at random, then a delay.
/// Acks come back after the other half of the round trip and are not lost.
/// </summary>
internal sealed class SimulatedBottleneck
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Random _random;
    private readonly double _bytesPerMicro;
    private long _order;
    private double _busyUntil;

    public SimulatedBottleneck(int seed, double bitsPerSecond, long roundTrip, long queueBytes, double loss)
    {
        _random = new Random(seed);
        _bytesPerMicro = bitsPerSecond / 8e6;
        RoundTrip = roundTrip;
        QueueBytes = queueBytes;
        Loss = loss;
    }

    public long Now { get; private set; }

    /// <summary>Without a queue.</summary>
    public long RoundTrip { get; set; }

    public long QueueBytes { get; set; }

    public double Loss { get; set; }

    /// <summary>How much longer the way back may take for some: reordering.</summary>
    public Func<Random, long> Jitter { get; set; } = static _ => 0;

    public long Dropped { get; private set; }

    public double BandwidthDelayProduct => _bytesPerMicro * RoundTrip;

    public double Queued(long now) => Math.Max(0, _busyUntil - now) * _bytesPerMicro;

    public void At(long time, Action action) => _events.Enqueue(action, (time, _order++));

    public void Transmit(long now, SimulatedFlow flow, ulong sequence, int size)
    {
        if (_random.NextDouble() < Loss)
        {
            return;
        }

        if (Queued(now) + size > QueueBytes)
        {
            Dropped++;
            return;
        }

        _busyUntil = Math.Max(_busyUntil, now) + (size / _bytesPerMicro);
        var arrival = (long)_busyUntil + (RoundTrip / 2) + Jitter(_random);
        At(arrival, () => flow.OnArrived(arrival, sequence));
    }

    public void SendBack(long now, Action<long> deliver)
    {
        var arrival = now + (RoundTrip / 2);
        At(arrival, () => deliver(arrival));
    }

    public void Run(long until)
    {
        while (_events.TryPeek(out _, out var next) && next.At <= until)
        {
            var action = _events.Dequeue();
            Now = next.At;
            action();
        }

        Now = until;
    }
}
