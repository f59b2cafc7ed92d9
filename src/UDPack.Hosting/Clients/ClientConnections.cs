using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Clients;

/// <summary>All clients of the application.</summary>
internal sealed class ClientConnections : IUdpackClientFactory, IDisposable, IAsyncDisposable
{
    private readonly Dictionary<string, ClientConnection> _connections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClientConnector> _connectors = new(StringComparer.Ordinal);
    private readonly ClientMetrics _metrics;

    public ClientConnections(ClientRegistrations registrations, ClientParts parts, IServiceProvider services)
    {
        _metrics = new ClientMetrics(() => _connections.Values, services);
        foreach (var name in registrations.Names)
        {
            var connector = new ClientConnector(name, services.GetRequiredKeyedService<ClientSettingsSource>(name), parts, _metrics);
            _connectors.Add(name, connector);
            _connections.Add(name, new ClientConnection(connector, _metrics, parts.Loggers.CreateLogger<ClientConnection>()));
        }
    }

    public IReadOnlyCollection<ClientConnection> All => _connections.Values;

    public UdpackConnection GetConnection(string name) => Find(_connections, name);

    public async ValueTask<UdpackSession> ConnectAsync(string name, CancellationToken cancellationToken = default) =>
        await Find(_connectors, name).ConnectAsync(null, cancellationToken).ConfigureAwait(false);

    public void Dispose()
    {
        foreach (var connection in All)
        {
            connection.Dispose();
        }

        _metrics.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(All.Select(connection => connection.DisposeAsync().AsTask())).ConfigureAwait(false);
        _metrics.Dispose();
    }

    private static T Find<T>(Dictionary<string, T> clients, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return clients.TryGetValue(name, out var found)
            ? found
            : throw new InvalidOperationException($"There is no UDPack client '{name}'. AddUdpackClient was called for: {string.Join(", ", clients.Keys.Order(StringComparer.Ordinal))}.");
    }
}
