using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Telemetry.Server;

/// <summary>The application's own metrics and spans, beside those of the UDPack server.</summary>
internal sealed class FleetMetrics : IDisposable
{
    public const string Name = "Telemetry";

    /// <summary>One reading in so many has a span: enough to see, too few to cost.</summary>
    private const int Sampled = 100;

    private readonly ActivitySource _source = new(Name);
    private readonly Counter<long> _readings;

    public FleetMetrics(IMeterFactory meters) =>
        _readings = meters.Create(Name).CreateCounter<long>("telemetry.readings", "{reading}", "Readings that devices sent.");

    /// <summary>Counts a reading; the span, if there is one, ends when it was handled.</summary>
    public Activity? OnReading(Reading reading)
    {
        _readings.Add(1);
        return reading.Sequence % Sampled == 0
            ? _source.StartActivity("reading", ActivityKind.Consumer)?.SetTag("device", reading.DeviceName)
            : null;
    }

    public void Dispose() => _source.Dispose();
}
