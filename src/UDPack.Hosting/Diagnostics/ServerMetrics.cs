using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using UDPack.Hosting.Server;

namespace UDPack.Hosting.Diagnostics;

/// <summary>
/// The server's figures for metrics exporters. They are counted by the listeners and only read here, when someone
/// collects. Tags have few values by design: never addresses, sessions or users.
/// </summary>
internal sealed class ServerMetrics : IDisposable
{
    public const string MeterName = "UDPack.Server";

    private static readonly string[] DropReasons = Names<DropReason>();
    private static readonly string[] Rejections = Names<HandshakeRejection>();

    private readonly ServerStatus _status;
    private readonly Meter? _owned;

    public ServerMetrics(ServerStatus status, IServiceProvider services)
    {
        _status = status;
        // Generic hosts have a factory; a bare service collection may not.
        var meter = services.GetService<IMeterFactory>()?.Create(MeterName) ?? (_owned = new Meter(MeterName));
        meter.CreateObservableUpDownCounter(
            "udpack.server.active_sessions", () => Each(listener => listener.ActiveSessions), "{session}", "Sessions that are ready now.");
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
            "udpack.server.streams", () => Each(listener => listener.GetStatistics().StreamsOpened), "{stream}", "Streams opened, by either side.");
        meter.CreateObservableCounter(
            "udpack.server.messages", () => ByDirection(figures => figures.MessagesReceived, figures => figures.MessagesSent), "{message}", "Unreliable messages, by direction.");
    }

    // Meters of a factory are disposed by it.
    public void Dispose() => _owned?.Dispose();

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

    // Both enums count from 0 without gaps.
    private static string[] Names<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
}
