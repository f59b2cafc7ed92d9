using Microsoft.Extensions.Logging;

namespace UDPack.Hosting.Server;

/// <summary>
/// The bound endpoints. A service of its own, made after the key store: services are disposed in the opposite order, so
/// also a host that is disposed without having been stopped closes its listeners before its keys are zeroed.
/// </summary>
internal sealed partial class ServerListeners(IListenerFactory factory, ServerStatus status, ILogger<ServerListeners> logger) : IAsyncDisposable, IDisposable
{
    private BoundEndpoint[] _bound = [];
    private volatile bool _isClosing;

    public IReadOnlyList<BoundEndpoint> Bound => _bound;

    /// <summary>Whether the host is being disposed: the listeners' end is no accident then.</summary>
    public bool IsClosing => _isClosing;

    /// <summary>Binds all endpoints or none.</summary>
    public async Task BindAsync(IReadOnlyList<EndpointStart> endpoints)
    {
        var bound = new List<BoundEndpoint>();
        try
        {
            foreach (var endpoint in endpoints)
            {
                bound.Add(Bind(endpoint));
            }
        }
        catch
        {
            foreach (var endpoint in bound)
            {
                await endpoint.Listener.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }

        _bound = [.. bound];
        status.SetBound(_bound);
    }

    public void SetAdmitting(bool admitting)
    {
        foreach (var endpoint in _bound)
        {
            endpoint.Listener.SetAdmitting(admitting);
        }
    }

    public Task StopAsync(TimeSpan drainTimeout, CancellationToken cancellationToken) =>
        Task.WhenAll(_bound.Select(endpoint => endpoint.Listener.StopAsync(drainTimeout, cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        _isClosing = true;
        status.SetBound([]);
        foreach (var endpoint in Interlocked.Exchange(ref _bound, []))
        {
            try
            {
                await endpoint.Listener.DisposeAsync().ConfigureAwait(false);
            }
#pragma warning disable CA1031 // The other endpoints must be closed too.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogDisposeFailed(exception, endpoint.Name);
            }
        }
    }

    // For containers that are disposed synchronously.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private BoundEndpoint Bind(EndpointStart endpoint)
    {
        try
        {
            return new BoundEndpoint(endpoint.Options, factory.Listen(endpoint.Options), endpoint.Handler);
        }
        catch (UdpackException exception)
        {
            LogBindFailed(endpoint.Options.Name, exception.Message);
            throw;
        }
    }
}
