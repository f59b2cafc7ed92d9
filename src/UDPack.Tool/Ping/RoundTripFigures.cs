using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Ping;

/// <summary>Counts round trips, any number of them in fixed memory.</summary>
internal sealed class RoundTripFigures
{
    private readonly LatencyHistogram _histogram = new();
    private double _mean;
    private double _squares;

    public long Sent { get; private set; }

    public long Received => _histogram.Count;

    /// <param name="roundTrip">How long it took; null if no answer came.</param>
    public void Add(TimeSpan? roundTrip)
    {
        Sent++;
        if (roundTrip is { } time)
        {
            _histogram.Record((long)time.TotalNanoseconds);
            var milliseconds = time.TotalMilliseconds;
            var delta = milliseconds - _mean;
            _mean += delta / Received;
            _squares += delta * (milliseconds - _mean);
        }
    }

    public PingSummary Summarize(PingMethod method, UdpackSessionStatistics session) => new()
    {
        Method = method.ToString().ToLowerInvariant(),
        Sent = Sent,
        Received = Received,
        Lost = Sent - Received,
        LostPercent = Sent == 0 ? 0 : Math.Round(100.0 * (Sent - Received) / Sent, 2),
        MinMs = IfAny(_histogram.Min / 1e6),
        AvgMs = IfAny(_mean),
        P50Ms = IfAny(_histogram.Percentile(0.5) / 1e6),
        P99Ms = IfAny(_histogram.Percentile(0.99) / 1e6),
        MaxMs = IfAny(_histogram.Max / 1e6),
        StddevMs = IfAny(Math.Sqrt(_squares / Math.Max(1, Received))),
        RttMs = session.SmoothedRtt.TotalMilliseconds,
        MinRttMs = session.MinRtt.TotalMilliseconds,
        DatagramsSent = session.DatagramsSent,
        DatagramsReceived = session.DatagramsReceived,
        DatagramsLost = session.DatagramsLost,
        PathMtuBytes = session.PathMtuBytes,
    };

    private double? IfAny(double milliseconds) => Received == 0 ? null : Math.Round(milliseconds, 3);
}
