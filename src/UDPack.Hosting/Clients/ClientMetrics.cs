using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using UDPack.Diagnostics;

namespace UDPack.Hosting.Clients;

/// <summary>The clients' figures for metrics exporters. Tags have few values by design: clients' names, states and reasons; never addresses or sessions.</summary>
internal sealed class ClientMetrics : IDisposable
{
    public const string MeterName = "UDPack.Client";

    private static readonly UdpackConnectionState[] States = Enum.GetValues<UdpackConnectionState>();
    private static readonly string[] StateNames = EnumNames.Of<UdpackConnectionState>();
    private static readonly string[] Reasons = EnumNames.Of<UdpackError>();

    private readonly Func<IEnumerable<UdpackConnection>> _connections;
    private readonly Counter<long> _connects;
    private readonly Counter<long> _failedConnects;
    private readonly Counter<long> _reconnects;
    private readonly Histogram<double> _connectDuration;
    private readonly Meter? _owned;

    public ClientMetrics(Func<IEnumerable<UdpackConnection>> connections, IServiceProvider services)
    {
        _connections = connections;
        // Generic hosts have a factory; a bare service collection may not.
        var meter = services.GetService<IMeterFactory>()?.Create(MeterName) ?? (_owned = new Meter(MeterName));
        meter.CreateObservableUpDownCounter("udpack.client.connections", ByState, "{connection}", "Lasting connections, by state.");
        meter.CreateObservableGauge("udpack.client.rtt", Rtts, "s", "Smoothed round-trip time of the present session.");
        _connects = meter.CreateCounter<long>("udpack.client.connects", "{connect}", "Connects that led to a session.");
        _failedConnects = meter.CreateCounter<long>("udpack.client.failed_connects", "{connect}", "Connects that failed, by reason.");
        _reconnects = meter.CreateCounter<long>("udpack.client.reconnects", "{connect}", "Sessions that replaced a lost one.");
        _connectDuration = meter.CreateHistogram<double>("udpack.client.connect.duration", "s", "How long it took to make a session.");
    }

    public void OnConnected(string client, TimeSpan duration) => Guarded(() =>
    {
        _connects.Add(1, Tag(client));
        _connectDuration.Record(duration.TotalSeconds, Tag(client));
    });

    public void OnConnectFailed(string client, string reason) =>
        Guarded(() => _failedConnects.Add(1, Tag(client), new KeyValuePair<string, object?>("reason", reason)));

    public void OnReconnected(string client) => Guarded(() => _reconnects.Add(1, Tag(client)));

    // Meters of a factory are disposed by it.
    public void Dispose() => _owned?.Dispose();

    public static string ReasonOf(Exception failure) => failure is UdpackException { Error: var error } ? Reasons[(int)error] : "other";

    /// <summary>Those who listen to meters run as something is recorded; what they throw must not cost a session.</summary>
    private static void Guarded(Action record)
    {
        try
        {
            record();
        }
#pragma warning disable CA1031 // The application's code.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The figure is lost.
        }
    }

    private IEnumerable<Measurement<long>> ByState()
    {
        foreach (var connection in _connections())
        {
            var present = connection.State;
            foreach (var state in States)
            {
                // The others as 0: a state that is left would otherwise keep its last value in an exporter.
                yield return new Measurement<long>(
                    state == present ? 1 : 0, Tag(connection.Name), new KeyValuePair<string, object?>("state", StateNames[(int)state]));
            }
        }
    }

    private IEnumerable<Measurement<double>> Rtts() =>
        from connection in _connections()
        let session = connection.Session
        where session is not null
        select new Measurement<double>(session.GetStatistics().SmoothedRtt.TotalSeconds, Tag(connection.Name));

    private static KeyValuePair<string, object?> Tag(string client) => new("client", client);
}
