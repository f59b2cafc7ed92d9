using System.Diagnostics;
using System.Net;
using UDPack.Diagnostics;

namespace UDPack.Hosting.Clients;

/// <summary>Makes sessions with a client's present settings and token, and counts and traces each connect.</summary>
internal sealed class ClientConnector(string client, ClientSettingsSource settings, ClientParts parts, ClientMetrics metrics)
{
    public const string SourceName = "UDPack.Client";

    private static readonly ActivitySource Source = new(SourceName);

    public string Client => client;

    public UdpackClientSettings Settings => settings.Current;

    public ClientParts Parts => parts;

    /// <param name="change">Changes the options that the settings gave.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<UdpackSession> ConnectAsync(Action<UdpackClientOptions>? change, CancellationToken cancellationToken)
    {
        var began = parts.Time.GetTimestamp();
        var span = Source.TryStart("udpack connect", ActivityKind.Client);
        span?.SetTag("client", client);
        span?.SetTag("network.transport", "udp");
        try
        {
            var options = parts.CreateOptions(client, settings.Current);
            change?.Invoke(options);
            NameServer(span, options.RemoteEndPoint);
            var session = await UdpackClient.ConnectAsync(options, cancellationToken).ConfigureAwait(false);
            span?.SetTag("network.peer.address", session.RemoteEndPoint.Address.ToString());
            span?.SetTag("network.peer.port", session.RemoteEndPoint.Port);
            metrics.OnConnected(client, parts.Time.GetElapsedTime(began));
            return session;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            span?.SetStatus(ActivityStatusCode.Error, "cancelled");
            throw;
        }
        catch (Exception exception)
        {
            var reason = ClientMetrics.ReasonOf(exception);
            metrics.OnConnectFailed(client, reason);
            span?.SetTag("error.type", reason);
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
        finally
        {
            span?.TryStop();
        }
    }

    private static void NameServer(Activity? span, EndPoint server)
    {
        var (host, port) = server switch
        {
            DnsEndPoint name => (name.Host, name.Port),
            IPEndPoint address => (address.Address.ToString(), address.Port),
            _ => (server.ToString(), 0),
        };
        span?.SetTag("server.address", host);
        span?.SetTag("server.port", port);
    }
}
