using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using UDPack.Diagnostics;
using UDPack.Handshakes;
using UDPack.Hosting.Diagnostics;

namespace UDPack.Hosting.Handlers;

/// <summary>Runs the handlers of all sessions, each in its own scope, and knows when none is left.</summary>
internal sealed partial class SessionRunner(IServiceScopeFactory scopes, UdpackNetwork network, ServerMetrics metrics, ILogger<SessionRunner> logger) : IHandlerHost
{
    /// <summary>Also when a stopping server would have less: then the listener cuts it short.</summary>
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(5);

    // Clients can make handlers fail and sessions end; the metrics count what the log leaves out. One each, so that neither hides the other.
    private readonly LogLimit _failures = new(network.TimeProvider);
    private readonly LogLimit _ends = new(network.TimeProvider);
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One for the server itself, so that idle means: no session left and none to come.
    private int _running = 1;
    private int _completing;

    /// <summary>How long a session that its handler has left may take to deliver what was sent.</summary>
    public Func<TimeSpan> LongestClose { get; set; } = static () => LeastPatience;

    /// <summary>How many handlers have not returned; once <see cref="CompleteAsync"/> was called.</summary>
    public int Running => Volatile.Read(ref _running);

    public void Start(UdpackSession session, HandlerRegistration handler)
    {
        Interlocked.Increment(ref _running);
        // On the pool and without the accept loop's execution context, whose values would live as long as the session.
        network.Queue(static work => work.Runner.Run(work.Session, work.Handler), (Runner: this, Session: session, Handler: handler));
    }

    UdpackNetwork IHandlerHost.Network => network;

    public IDisposable? BeginLogScope(UdpackSession session) => logger.BeginScope(new SessionLogScope(session.EndpointName, session.Id));

    void IHandlerHost.OnStreamFailed(Exception exception, UdpackPacketHandler handler, UdpackStream stream)
    {
        metrics.OnHandlerFailed(stream.Session.EndpointName, "stream");
        if (_failures.Allows())
        {
            LogStreamFailed(exception, handler.DisplayName, stream.Id, stream.Session.Id);
        }
    }

    /// <summary>Ends when every handler has returned; no session may be started after this call.</summary>
    public Task CompleteAsync()
    {
        if (Interlocked.Exchange(ref _completing, 1) == 0)
        {
            Release();
        }

        return _idle.Task;
    }

    private void Run(UdpackSession session, HandlerRegistration handler)
    {
        AsyncServiceScope scope;
        try
        {
            scope = scopes.CreateAsyncScope();
        }
        catch (ObjectDisposedException)
        {
            // Admitted in the very moment in which the host was disposed without a stop.
            session.Abort();
            Release();
            return;
        }

        _ = RunAsync(session, handler, scope);
    }

    // One method, since each further one would hold a state machine for as long as the session lives.
    private async Task RunAsync(UdpackSession session, HandlerRegistration handler, AsyncServiceScope scope)
    {
        using var logScope = BeginLogScope(session);
        var span = ServerTracing.StartSession(session.EndpointName);
        var hasFailed = false;
        try
        {
            try
            {
                await using (scope.ConfigureAwait(false))
                {
                    var resolved = handler.Resolve(scope.ServiceProvider);
                    if (resolved is UdpackPacketHandler packets)
                    {
                        packets.Host = this;
                    }

                    await resolved.OnSessionAsync(session, session.CloseRequested).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (session.CloseRequested.IsCancellationRequested)
            {
                // Asked to finish, and finished by giving up: a normal end.
            }
            catch (UdpackException) when (session.IsClosing)
            {
                // The peer, the network or another part of the application ended the session under the handler's feet;
                // that is no fault of the handler.
                if (_ends.Allows())
                {
                    LogSessionEnded(session.Id, session.CloseReason?.Cause ?? SessionEndCause.ClosedLocally);
                }
            }

            // Delivers what the handler sent; does nothing if the session has ended.
            await session.DisposeAsync(TimeSpan.FromTicks(Math.Max(LongestClose().Ticks, LeastPatience.Ticks))).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a handler throws ends its session and nothing else.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            hasFailed = true;
            session.AbortFor(GoAwayReason.HandlerFailed);
            metrics.OnHandlerFailed(session.EndpointName, "session");
            if (_failures.Allows())
            {
                LogHandlerFailed(exception, handler.DisplayName, session.Id);
            }
        }
        finally
        {
            ServerTracing.EndSession(span, hasFailed ? "handler_failed" : ServerMetrics.CauseOf(session), hasFailed);
            Release();
        }
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _idle.TrySetResult();
        }
    }
}
