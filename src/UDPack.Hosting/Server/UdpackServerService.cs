using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using UDPack.Hosting.Configuration;
using UDPack.Hosting.Diagnostics;
using UDPack.Hosting.Handlers;

namespace UDPack.Hosting.Server;

/// <summary>
/// The server in the host's life. It binds in StartAsync, because an exception of ExecuteAsync comes too late to fail the
/// start; it admits clients once every other service has started, and stops admitting before any of them stops.
/// </summary>
/// <remarks>Everything is resolved when it is needed, so that wrong settings are reported by their validators, not by a constructor.</remarks>
internal sealed partial class UdpackServerService(
    IServiceProvider services, ServerStatus status, SessionRunner sessions, ILogger<UdpackServerService> logger) : BackgroundService, IHostedLifecycleService
{
    private readonly CancellationTokenSource _acceptNoMore = new();
    private ServerListeners? _listeners;
    private ServerSettings? _settings;
    private TimeProvider? _time;
    private Task? _drain;
    private long _drainBegan;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _settings = services.GetRequiredService<ServerSettings>();
        _time = services.GetRequiredService<TimeProvider>();
        var settings = _settings.Current;
        var endpoints = services.GetRequiredService<ServerComposer>().Compose(settings);
        // After the composer has made the key store: see ServerListeners.
        var listeners = services.GetRequiredService<ServerListeners>();
        await listeners.BindAsync(endpoints).ConfigureAwait(false);
        _listeners = listeners;
        status.Advance(ServerState.Bound);
        _settings.Changed += Reconfigure;
        if (_settings.Current != settings)
        {
            // They changed while the endpoints were being bound.
            Reconfigure(_settings.Current);
        }

        sessions.LongestClose = () => _settings.Current.Shutdown.DrainTimeout;
        services.GetRequiredService<ServerMetrics>();
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _listeners!.SetAdmitting(true);
        status.Advance(ServerState.Running);
        foreach (var endpoint in _listeners.Bound)
        {
            LogListening($"udp://{endpoint.Listener.LocalEndPoint}");
        }

        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        BeginDrain(cancellationToken);
        return Task.CompletedTask;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // A host that does not know life cycle events calls only this.
        var drain = BeginDrain(cancellationToken);
        await drain.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _acceptNoMore.CancelAsync().ConfigureAwait(false);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);

        // The sessions have ended, so their handlers are about to return; one that does not is left behind.
        var handlers = sessions.CompleteAsync();
        await handlers.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!handlers.IsCompleted)
        {
            LogHandlersLeft(sessions.Running);
        }

        status.Advance(ServerState.Stopped);
        if (_listeners is not null)
        {
            LogStopped(_time!.GetElapsedTime(_drainBegan).TotalSeconds);
        }

        // The base class swallows it, and the process would end with exit code 0.
        if (ExecuteTask is { IsFaulted: true } failed)
        {
            await failed.ConfigureAwait(false);
        }

        if (drain.IsFaulted)
        {
            await drain.ConfigureAwait(false);
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
        _settings?.Changed -= Reconfigure;
        _acceptNoMore.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var loops = _listeners!.Bound.Select(AcceptAsync).ToList();
        try
        {
            // The first loop that dies ends the server: a host that limps on would look alive.
            while (loops.Count > 0)
            {
                var ended = await Task.WhenAny(loops).ConfigureAwait(false);
                loops.Remove(ended);
                await ended.ConfigureAwait(false);
            }
        }
        catch
        {
            status.Advance(ServerState.Failed);
            throw;
        }
    }

    private void Reconfigure(UdpackServerOptions settings)
    {
        var composer = services.GetRequiredService<ServerComposer>();
        List<Exception>? failures = null;
        foreach (var endpoint in _listeners!.Bound)
        {
            try
            {
                if (composer.Recompose(settings, endpoint.Options) is { } options)
                {
                    endpoint.Listener.Reconfigure(options);
                }
            }
#pragma warning disable CA1031 // One endpoint that cannot take them must not keep them from the others; the caller logs it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                (failures ??= []).Add(exception);
            }
        }

        if (failures is not null)
        {
            throw new AggregateException(failures);
        }
    }

    private async Task AcceptAsync(BoundEndpoint endpoint)
    {
        var accepting = AcceptSessionsAsync(endpoint);
        try
        {
            if (await Task.WhenAny(accepting, endpoint.Listener.Completion).ConfigureAwait(false) == endpoint.Listener.Completion)
            {
                await endpoint.Listener.Completion.ConfigureAwait(false);
            }

            await accepting.ConfigureAwait(false);
        }
        catch (Exception exception) when (!IsStopping)
        {
            LogEndpointDied(exception, endpoint.Name);
            throw;
        }
        catch (Exception exception) when (exception is ObjectDisposedException or OperationCanceledException)
        {
            // Stopped on purpose.
        }
    }

    private async Task AcceptSessionsAsync(BoundEndpoint endpoint)
    {
        while (true)
        {
            var session = await endpoint.Listener.AcceptSessionAsync(_acceptNoMore.Token).ConfigureAwait(false);
            sessions.Start(session, endpoint.Handler);
        }
    }

    private bool IsStopping => Volatile.Read(ref _drain) is not null || _listeners!.IsClosing;

    private Task BeginDrain(CancellationToken cancellationToken)
    {
        if (_drain is null)
        {
            if (_listeners is null)
            {
                return Task.CompletedTask;
            }

            _drainBegan = _time!.GetTimestamp();
            status.Advance(ServerState.Draining);
            _listeners.SetAdmitting(false);
            var timeout = _settings!.Current.Shutdown.DrainTimeout;
            LogDraining(_listeners.Bound.Sum(endpoint => endpoint.Listener.ActiveSessions), DurationText.Of(timeout));
            // Set before the listeners stop, so that the accept loops know why.
            var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _drain, stop.Task);
            _ = CompleteAsync(stop, _listeners.StopAsync(timeout, cancellationToken));
        }

        return _drain;
    }

    private static async Task CompleteAsync(TaskCompletionSource completion, Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        completion.SetFromTask(task);
    }
}
