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
    private readonly SessionChain _chain = new();
    private readonly CancellationTokenSource _connectNoMore = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _cut = new();
    private readonly TaskCompletionSource _firstConnect = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile UdpackConnectionState _state;
    private volatile Exception? _lastError;
    private int _isStarted;

    public ClientConnection(ClientConnector connector, ClientMetrics metrics, ILogger<ClientConnection> logger)
    {
        _connector = connector;
        _metrics = metrics;
        _logger = logger;
        _time = connector.Parts.Time;
    }

    public override event EventHandler<UdpackConnectionStateChange>? StateChanged;

    public override string Name => _connector.Client;

    public override UdpackConnectionState State => _state;

    public override UdpackSession? Session =>
        _state == UdpackConnectionState.Connected && _chain.Latest is { Session: { CloseReason: null } session } ? session : null;

    /// <summary>Whether the host's start depends on the first connect.</summary>
    public bool MustConnect => _connector.Settings.InitialConnect == UdpackClientInitialConnect.Throw;

    /// <summary>Why there is no session, if anything is known.</summary>
    public Exception? LastError => _lastError;

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
    }

    public async ValueTask DisposeAsync() => await CloseAsync(CancellationToken.None).ConfigureAwait(false);

    public void Dispose()
    {
        _cut.Cancel();
        _connectNoMore.Cancel();
        _stop.Cancel();
    }

    public override async ValueTask<UdpackSession> GetSessionAsync(CancellationToken cancellationToken = default)
    {
        Start();
        UdpackSession? session;
        while (!_chain.TryGetLive(out session, out var next))
        {
            if (await next.WaitAsync(cancellationToken).ConfigureAwait(false) is null)
            {
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

            await confirmation.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
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

    public override async IAsyncEnumerable<UdpackPacket> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Start();
        var link = await _chain.FirstAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        while (link is not null)
        {
            UdpackPacket packet;
            try
            {
                packet = await link.Session.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (UdpackException)
            {
                // It has ended, and nothing of it is left.
                link = await link.NextAsync.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            yield return packet;
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
        return _state != UdpackConnectionState.Closed && _connector.Settings.PendingSends == UdpackClientPendingSends.Fail
            ? ValueTask.FromException<UdpackSession>(CreateNotConnectedException())
            : GetSessionAsync(cancellationToken);
    }

    private UdpackException CreateNotConnectedException() => new(
        UdpackError.NotConnected,
        $"The client '{Name}' has no session now ({_state}).{(_lastError is { } error ? $" {error.Message}" : "")}",
        _lastError);

    private UdpackException CreateClosedException() => _lastError is { } error
        ? new UdpackException((error as UdpackException)?.Error ?? UdpackError.NotConnected, $"The client '{Name}' has given up: {error.Message}", error)
        : new UdpackException(UdpackError.SessionClosed, $"The client '{Name}' is closed.");
}
