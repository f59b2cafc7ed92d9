using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using UDPack.Sessions;

namespace UDPack.Hosting.Clients;

/// <summary>What the application sees of a lasting connection. One driver makes the sessions; all else only waits for them.</summary>
internal sealed partial class ClientConnection : UdpackConnection, IDisposable, IAsyncDisposable
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(5);

    private readonly ClientConnector _connector;
    private readonly ClientMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly LossHistory _losses;
    private readonly SessionChain _chain = new();
    private readonly CancellationTokenSource _connectNoMore = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _cut = new();
    private readonly TaskCompletionSource _firstConnect = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _released = new();
    private volatile UdpackConnectionState _state;
    private volatile bool _wasStopped;
    private volatile Exception? _lastError;
    private volatile string? _trouble;
    private int _isStarted;

    public ClientConnection(ClientConnector connector, ClientMetrics metrics, ILogger<ClientConnection> logger)
    {
        _connector = connector;
        _metrics = metrics;
        _logger = logger;
        _time = connector.Parts.Time;
        _losses = new LossHistory(_time);
    }

    public override event EventHandler<UdpackConnectionStateChange>? StateChanged;

    public override string Name => _connector.Client;

    public override UdpackConnectionState State => _state;

    public override UdpackSession? Session =>
        _state is UdpackConnectionState.Connected or UdpackConnectionState.Unresponsive && _chain.Latest is { Session: { CloseReason: null } session } ? session : null;

    /// <summary>Whether the host's start depends on the first connect.</summary>
    public bool MustConnect => _connector.Settings.InitialConnect == UdpackClientInitialConnect.Throw;

    /// <summary>Why there is no session, if anything is known.</summary>
    public Exception? LastError => _lastError;

    /// <summary>The same in words; also while the first attempt goes on, but not well.</summary>
    public string? Problem => _lastError?.Message ?? _trouble;

    /// <summary>Begins to connect; once.</summary>
    public void Start()
    {
        if (Volatile.Read(ref _isStarted) == 0 && Interlocked.Exchange(ref _isStarted, 1) == 0)
        {
            // Not in the context of whoever came first: a span or a culture of his would last as long as the connection.
            _connector.Parts.Network.Queue(static connection => _ = connection.DriveAsync(), this);
        }
    }

    /// <summary>Ends with the first session, or fails as the connection did without one.</summary>
    public Task FirstConnectAsync() => _firstConnect.Task;

    /// <summary>The session that is lives on, but no other will follow.</summary>
    public void ConnectNoMore() => _connectNoMore.Cancel();

    /// <summary>Closes the session, giving what it still has to send a few seconds, or until the token fires.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        using var cutting = cancellationToken.UnsafeRegister(static cut => ((CancellationTokenSource)cut!).Cancel(), _cut);
        await _connectNoMore.CancelAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        Start();

        // Not for ever, whatever handlers do: what is cut off after the drain ends within a moment.
        await _completion.Task.WaitAsync(Drain + Drain, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _released.CancelAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await CloseAsync(CancellationToken.None).ConfigureAwait(false);

    public void Dispose()
    {
        _cut.Cancel();
        _connectNoMore.Cancel();
        _stop.Cancel();
        _released.Cancel();
    }

    public override async ValueTask<UdpackSession> GetSessionAsync(CancellationToken cancellationToken = default)
    {
        Start();
        UdpackSession? session;
        while (!_chain.TryGetLive(out session, out var next))
        {
            if (await next.WaitAsync(cancellationToken).ConfigureAwait(false) is null)
            {
                if (_wasStopped)
                {
                    await WaitForTheEndAsync(cancellationToken).ConfigureAwait(false);
                }

                throw CreateClosedException();
            }
        }

        return session;
    }

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var session = await GetSessionToSendAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await session.SendAsync(packet, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (UdpackException exception) when (WasTooLate(session, exception))
            {
                // Not accepted, so the next session may have it.
            }
        }
    }

    public override async ValueTask SendAndConfirmAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var session = await GetSessionToSendAsync(cancellationToken).ConfigureAwait(false);
            var confirmation = new Confirmation(session.CreateEndException);
            try
            {
                await session.SendAsync(packet, confirmation, cancellationToken).ConfigureAwait(false);
            }
            catch (UdpackException exception) when (WasTooLate(session, exception))
            {
                continue;
            }

            try
            {
                await confirmation.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (UdpackException) when (_stop.IsCancellationRequested)
            {
                await WaitForTheEndAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public override bool TrySendDatagram(ReadOnlySpan<byte> message) =>
        _chain.TryGetLive(out var session, out _) && session.TrySendDatagram(message);

    public override async ValueTask<UdpackStream> OpenStreamAsync(UdpackStreamOptions? options = null, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var session = await GetSessionToSendAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await session.OpenStreamAsync(options, cancellationToken).ConfigureAwait(false);
            }
            catch (UdpackException exception) when (WasTooLate(session, exception))
            {
                // The next session may have room for it.
            }
        }
    }

    public override IAsyncEnumerable<UdpackPacket> ReadAllAsync(CancellationToken cancellationToken = default) =>
        TakeAllAsync(static (session, cancelled) => session.ReceiveAsync(cancelled), cancellationToken);

    public override IAsyncEnumerable<UdpackPacket> ReadDatagramsAsync(CancellationToken cancellationToken = default) =>
        TakeAllAsync(static (session, cancelled) => session.ReceiveDatagramAsync(cancelled), cancellationToken);

    public override IAsyncEnumerable<UdpackStream> AcceptStreamsAsync(CancellationToken cancellationToken = default) =>
        TakeAllAsync(static (session, cancelled) => session.AcceptStreamAsync(cancelled), cancellationToken);

    private async IAsyncEnumerable<T> TakeAllAsync<T>(
        Func<UdpackSession, CancellationToken, ValueTask<T>> takeAsync, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Start();
        var link = await _chain.FirstAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        while (link is not null)
        {
            T item;
            try
            {
                item = await takeAsync(link.Session, cancellationToken).ConfigureAwait(false);
            }
            catch (UdpackException)
            {
                // It has ended, and nothing of it is left.
                link = await link.NextAsync.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            yield return item;
        }
    }

    private static bool WasTooLate(UdpackSession session, UdpackException exception) =>
        exception.Error != UdpackError.PacketTooLarge && session.IsClosing;

    private ValueTask<UdpackSession> GetSessionToSendAsync(CancellationToken cancellationToken)
    {
        if (_chain.TryGetLive(out var session, out _))
        {
            return ValueTask.FromResult(session);
        }

        Start();
        return _state != UdpackConnectionState.Closed && !_connectNoMore.IsCancellationRequested && _connector.Settings.PendingSends == UdpackClientPendingSends.Fail
            ? ValueTask.FromException<UdpackSession>(CreateNotConnectedException())
            : GetSessionAsync(cancellationToken);
    }

    /// <summary>
    /// The host stops: whoever waits is told so by his own token, as he expects. What has none, or one that does not fire, is let go as a cancelled wait, which
    /// is no failure of a service.
    /// </summary>
    /// <exception cref="OperationCanceledException">Always.</exception>
    private async Task WaitForTheEndAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            await WaitForEitherAsync(cancellationToken, _released.Token).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        throw new OperationCanceledException($"The client '{Name}' is closed, as the host stops.");
    }

    private UdpackException CreateNotConnectedException() => new(
        UdpackError.NotConnected,
        $"The client '{Name}' has no session now ({_state}).{(Problem is { } problem ? $" {problem}" : "")}",
        _lastError);

    private UdpackException CreateClosedException() => _lastError is { } error
        ? new UdpackException((error as UdpackException)?.Error ?? UdpackError.NotConnected, $"The client '{Name}' has given up: {error.Message}", error)
        : new UdpackException(UdpackError.SessionClosed, $"The client '{Name}' is closed.");
}
