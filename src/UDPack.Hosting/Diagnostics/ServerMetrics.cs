using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UDPack.Diagnostics;
using UDPack.Hosting.Server;

namespace UDPack.Hosting.Diagnostics;

/// <summary>
/// The server's figures for metrics exporters. They are counted by the listeners and only read here, when someone
/// collects; what has a distribution is recorded as it happens. Tags have few values by design: never addresses, sessions or users.
/// </summary>
internal sealed partial class ServerMetrics : IDisposable
{
    public const string MeterName = "UDPack.Server";

    private static readonly string[] DropReasons = EnumNames.Of<DropReason>();
    private static readonly string[] Rejections = EnumNames.Of<HandshakeRejection>();
    private static readonly string[] Causes = EnumNames.Of<SessionEndCause>();

    /// <summary>How many sessions' round-trip times are read each time someone collects, more or less: each costs the loop about 100 ns.</summary>
    private const int RttSamples = 1000;

    private readonly ServerStatus _status;
    private readonly Histogram<double> _handshakeDuration;
    private readonly Histogram<double> _sessionDuration;
    private readonly Histogram<double> _rtt;
    private readonly Counter<long> _handlerFailures;
    private readonly Meter? _owned;

    private readonly ILogger<ServerMetrics> _logger;
    private int _hasThrown;

    public ServerMetrics(ServerStatus status, IServiceProvider services, ILogger<ServerMetrics> logger)
    {
        _status = status;
        _logger = logger;
        // Generic hosts have a factory; a bare service collection may not.
        var meter = services.GetService<IMeterFactory>()?.Create(MeterName) ?? (_owned = new Meter(MeterName));
        meter.CreateObservableUpDownCounter(
            "udpack.server.active_sessions", ActiveSessions, "{session}", "Sessions that are ready now.");
        meter.CreateObservableUpDownCounter(
            "udpack.server.pending_handshakes", () => Each(listener => listener.PendingHandshakes), "{handshake}", "Handshakes that are remembered now.");
        meter.CreateObservableCounter(
            "udpack.server.handshakes", () => Each(listener => listener.GetStatistics().HandshakesCompleted), "{handshake}", "Handshakes that led to a session.");
        meter.CreateObservableCounter(
            "udpack.server.expired_handshakes", () => Each(listener => listener.GetStatistics().HandshakesExpired), "{handshake}", "Handshakes that the client never confirmed.");
        meter.CreateObservableCounter("udpack.server.rejected_handshakes", RejectedHandshakes, "{handshake}", "Handshakes that were refused, by reason.");
        meter.CreateObservableCounter("udpack.server.dropped_datagrams", DroppedDatagrams, "{datagram}", "Datagrams that were dropped, by reason.");
        meter.CreateObservableCounter(
            "udpack.server.datagrams", () => ByDirection(figures => figures.DatagramsReceived, figures => figures.DatagramsSent), "{datagram}", "Datagrams, by direction.");
        meter.CreateObservableCounter(
            "udpack.server.io", () => ByDirection(figures => figures.BytesReceived, figures => figures.BytesSent), "By", "Bytes in datagrams, by direction.");
        meter.CreateObservableCounter(
            "udpack.server.retransmits", () => Each(listener => listener.GetStatistics().DatagramsLost), "{datagram}", "Datagrams that were declared lost and whose content was sent again.");
        meter.CreateObservableCounter(
            "udpack.server.packets", () => ByDirection(figures => figures.PacketsReceived, figures => figures.PacketsSent), "{packet}", "Packets, by direction.");
        meter.CreateObservableCounter(
            "udpack.server.streams", () => Each(listener => listener.GetStatistics().StreamsOpened), "{stream}", "Streams opened, by either side.");
        meter.CreateObservableCounter(
            "udpack.server.held_back_aborts", () => Each(listener => listener.GetStatistics().StreamAbortsHeldBack), "{stream}", "Aborted streams that kept their place for a while, as their session aborts too many.");
        meter.CreateObservableCounter(
            "udpack.server.refused_moves", () => Each(listener => listener.GetStatistics().MovesRefused), "{session}", "Sessions that ended because their client moved to an address that may have no more.");
        meter.CreateObservableCounter(
            "udpack.server.messages", () => ByDirection(figures => figures.MessagesReceived, figures => figures.MessagesSent), "{message}", "Unreliable messages, by direction.");
        _handshakeDuration = meter.CreateHistogram(
            "udpack.server.handshake.duration", "s", "From a client's first shakehand to the handshake's end, by result.",
            advice: Buckets(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10));
        _sessionDuration = meter.CreateHistogram(
            "udpack.server.session.duration", "s", "How long sessions lived, by the cause of their end.",
            advice: Buckets(1, 10, 60, 300, 900, 3600, 14_400, 43_200, 86_400, 604_800));
        _rtt = meter.CreateHistogram(
            "udpack.server.rtt", "s", "Smoothed round-trip times of sessions: of live ones when someone collects, and of each at its end.",
            advice: Buckets(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5));
        _handlerFailures = meter.CreateCounter<long>(
            "udpack.server.handler_failures", "{failure}", "Exceptions of handlers, each of which ended a session or a stream.");
    }

    /// <summary>What an endpoint's listener reports to.</summary>
    public IListenerObserver Observe(string endpoint) => new EndpointObserver(this, endpoint);

    public void OnHandlerFailed(string endpoint, string kind) => Guarded(
        (endpoint, kind), static (metrics, failed) => metrics._handlerFailures.Add(1, Tag("endpoint", failed.endpoint), Tag("kind", failed.kind)));

    /// <summary>How a session ended, as a tag.</summary>
    public static string CauseOf(UdpackSession session) => Causes[(int)(session.CloseReason?.Cause ?? SessionEndCause.ClosedLocally)];

    // Meters of a factory are disposed by it.
    public void Dispose() => _owned?.Dispose();

    private IEnumerable<Measurement<long>> ActiveSessions()
    {
        // An exporter is at work: the time to look at the sessions that have not ended. It gets what they say the next time.
        if (_rtt.Enabled)
        {
            foreach (var endpoint in _status.Bound)
            {
                endpoint.Listener.VisitSessions(RttSamples, RecordRtt);
            }
        }

        return Each(listener => listener.ActiveSessions);
    }

    private void RecordRtt(UdpackSession session) => Guarded(session, static (metrics, session) =>
    {
        var rtt = session.GetStatistics().SmoothedRtt;
        if (rtt > TimeSpan.Zero)
        {
            metrics._rtt.Record(rtt.TotalSeconds, Tag("endpoint", session.EndpointName));
        }
    });

    /// <summary>Those who listen to meters run as something is recorded; what they throw must not end a loop.</summary>
    private void Guarded<T>(T state, Action<ServerMetrics, T> record)
    {
        try
        {
            record(this, state);
        }
#pragma warning disable CA1031 // The application's code, on the loop's thread.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (Interlocked.Exchange(ref _hasThrown, 1) == 0)
            {
                LogListenerThrew(exception);
            }
        }
    }

    private IEnumerable<Measurement<long>> Each(Func<IServerListener, long> read) =>
        _status.Bound.Select(endpoint => new Measurement<long>(read(endpoint.Listener), EndpointTag(endpoint)));

    private IEnumerable<Measurement<long>> RejectedHandshakes() => _status.Bound.SelectMany(endpoint =>
        endpoint.Listener.GetStatistics().Refused.Select(pair =>
            new Measurement<long>(pair.Value, EndpointTag(endpoint), Tag("reason", Rejections[(int)pair.Key]))));

    private IEnumerable<Measurement<long>> DroppedDatagrams() => _status.Bound.SelectMany(endpoint =>
        endpoint.Listener.GetStatistics().Dropped.Select(pair =>
            new Measurement<long>(pair.Value, EndpointTag(endpoint), Tag("reason", DropReasons[(int)pair.Key]))));

    private IEnumerable<Measurement<long>> ByDirection(
        Func<UdpackListenerStatistics, long> received, Func<UdpackListenerStatistics, long> sent)
    {
        foreach (var endpoint in _status.Bound)
        {
            var figures = endpoint.Listener.GetStatistics();
            yield return new Measurement<long>(received(figures), EndpointTag(endpoint), Tag("direction", "receive"));
            yield return new Measurement<long>(sent(figures), EndpointTag(endpoint), Tag("direction", "transmit"));
        }
    }

    private static KeyValuePair<string, object?> EndpointTag(BoundEndpoint endpoint) => Tag("endpoint", endpoint.Name);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static InstrumentAdvice<double> Buckets(params double[] boundaries) => new() { HistogramBucketBoundaries = boundaries };

    /// <summary>One for each endpoint.</summary>
    private sealed class EndpointObserver(ServerMetrics metrics, string endpoint) : IListenerObserver
    {
        private readonly KeyValuePair<string, object?> _endpoint = Tag("endpoint", endpoint);

        public void OnHandshakeEnded(string result, TimeSpan duration) => metrics.Guarded(
            (Endpoint: _endpoint, Result: result, Duration: duration),
            static (metrics, end) => metrics._handshakeDuration.Record(end.Duration.TotalSeconds, end.Endpoint, Tag("result", end.Result)));

        public void OnSessionEnded(UdpackSession session, TimeSpan lifetime)
        {
            if (metrics._rtt.Enabled)
            {
                metrics.RecordRtt(session);
            }

            metrics.Guarded(
                (Endpoint: _endpoint, Cause: CauseOf(session), Lifetime: lifetime),
                static (metrics, end) => metrics._sessionDuration.Record(end.Lifetime.TotalSeconds, end.Endpoint, Tag("cause", end.Cause)));
        }
    }
}
