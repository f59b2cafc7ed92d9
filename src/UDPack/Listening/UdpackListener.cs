using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using UDPack.Buffers;
using UDPack.Diagnostics;
using UDPack.Handshakes;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Protocol.Collections;
using UDPack.Sessions;
using UDPack.Sockets;

namespace UDPack;

/// <summary>A bound UDP socket that admits sessions. Thread-safe.</summary>
public sealed partial class UdpackListener : IAsyncDisposable
{
    /// <summary>As long as a session repeats its goaway. Handshakes that were never confirmed must not hold up the stop for longer.</summary>
    private static readonly TimeSpan LongestLinger = TimeSpan.FromSeconds(3);

    private readonly UdpackListenerOptions _options;
    private readonly bool _mayFragment;
    private readonly ILogger _logger;
    private readonly ServerEndpoint _endpoint;
    private readonly EventLoop _loop;
    private readonly HandshakeWorkers _workers;
    private readonly StepReporter _progress;
    private readonly ListenerLog _log;
    private readonly PooledPacketBuffers _buffers;
    private readonly LogLimit _limit;
    private readonly Channel<UdpackSession> _accepted;
    private readonly SeededConcurrentDictionary<uint, UdpackSession> _sessions;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _drainIsCut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Task _completion;
    private Task? _stopping;
    private int _visits;
    private volatile bool _isDraining;
    private volatile bool _admitting;

    private UdpackListener(UdpackListenerOptions options, IDatagramSocket socket, bool admit)
    {
        // Its own: the caller's may change, and this one changes when it is told to.
        _options = options = options.Clone();
        _logger = options.LoggerFactory?.CreateLogger<UdpackListener>() ?? NullLogger<UdpackListener>.Instance;
        LocalEndPoint = socket.LocalEndPoint;
        _mayFragment = socket.MayFragment;
        _limit = new LogLimit(options.TimeProvider);
        _log = new ListenerLog(options, _logger);
        _accepted = Channel.CreateUnbounded<UdpackSession>(new UnboundedChannelOptions { SingleWriter = true });
        _progress = new StepReporter(options.HandshakeProgress, _logger);
        _buffers = PooledPacketBuffers.TrimmedByCollector(options.Network.PoisonsPackets);
        var clock = new LoopClock(options.TimeProvider, socket);
        var side = new LoopSide(this);
        _admitting = admit;
        _endpoint = new ServerEndpoint(
            ListenerSettings.ToEndpointOptions(options, _mayFragment), options.Ciphers, options.Network.Entropy, _buffers, side, clock.UnixEpochOffsetMs)
        {
            Admitting = admit,
        };
        _sessions = new SeededConcurrentDictionary<uint, UdpackSession>(_endpoint.Hash);
        _workers = new HandshakeWorkers(options, side.PostCompletion, side.Wake, _logger, _log);
        _loop = new EventLoop(options.Name, socket, _endpoint, clock, _logger, side.OnTurn);
        _completion = RunToEndAsync();
        options.Network.Drive(_loop);
    }

    /// <summary>The bound address, with the port that was picked.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Sessions that are READY now.</summary>
    public int ActiveSessions => _endpoint.SessionCount;

    /// <summary>
    /// The sessions that are READY, accepted or not. Enumerating it copies nothing and may take place on any thread while sessions come and go: each that is
    /// there all the while is met once, one that begins or ends meanwhile perhaps, and one that has just ended is as harmless as any other.
    /// </summary>
    public IEnumerable<UdpackSession> Sessions => _sessions.Select(static pair => pair.Value);

    /// <summary>Handshakes that are neither READY nor refused.</summary>
    public int PendingHandshakes => _endpoint.PendingCount;

    /// <summary>Whether new sessions are admitted. Set false to drain: shakehands are dropped and counted.</summary>
    public bool Admitting
    {
        get => _admitting;
        set
        {
            _admitting = value;
            _loop.Post(_ => _endpoint.Admitting = _admitting && !_isDraining);
        }
    }

    /// <summary>For tests that drive time.</summary>
    internal EventLoop Loop => _loop;

    /// <summary>Ends when the listener stopped; faulted if its event loop died.</summary>
    public Task Completion => _completion;

    /// <summary>Binds and starts listening; shakehands are answered at once unless <paramref name="admit"/> is false.</summary>
    /// <exception cref="UdpackException">The address cannot be bound; the message names it.</exception>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public static UdpackListener Listen(UdpackListenerOptions options, bool admit = true)
    {
        ArgumentNullException.ThrowIfNull(options);
        ListenerSettings.Validate(options);
        IDatagramSocket socket;
        try
        {
            socket = options.Network.Bind(options.LocalEndPoint, options.ReceiveBufferBytes);
        }
        catch (SocketException exception)
        {
            throw new UdpackException(
                UdpackError.BindFailed,
                $"The endpoint '{options.Name}' cannot bind udp://{options.LocalEndPoint}: {exception.Message}. "
                + "Choose another address or port, or stop the program that has it.",
                exception);
        }

        return new UdpackListener(options, socket, admit);
    }

    /// <summary>
    /// Takes over the limits and session options of <paramref name="options"/>, for handshakes and sessions that begin from now on; those that exist keep
    /// what they began with, also if there are more than a lowered limit allows. What belongs to the socket and its surroundings is ignored: address, name,
    /// keys, validator, ciphers, prefix lengths, receive buffer, progress, network, time and logs.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of range; nothing has changed then.</exception>
    public void Reconfigure(UdpackListenerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ListenerSettings.Validate(options);
        lock (_gate)
        {
            ListenerSettings.CopyChangeable(options, _options);
            var changed = ListenerSettings.ToEndpointOptions(_options, _mayFragment);
            _loop.Post(_ => _endpoint.ApplyOptions(changed));
        }
    }

    /// <summary>The next session that became READY.</summary>
    /// <exception cref="ObjectDisposedException">The listener was stopped.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async ValueTask<UdpackSession> AcceptSessionAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _accepted.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException exception)
        {
            throw new ObjectDisposedException("The listener was stopped.", exception);
        }
    }

    /// <summary>Counters of this listener.</summary>
    public UdpackListenerStatistics GetStatistics() => ListenerSettings.ToStatistics(_endpoint.Counters);

    /// <summary>
    /// Stops: admits no more, requests every session's end, waits until they ended or <paramref name="drainTimeout"/> passed or
    /// <paramref name="cancellationToken"/> fired, says goaway to the rest, and closes the socket. A further call can only shorten the wait.
    /// </summary>
    /// <param name="drainTimeout">The longest to wait.</param>
    /// <param name="cancellationToken">Ends the wait; this throws nothing.</param>
    public async Task StopAsync(TimeSpan drainTimeout, CancellationToken cancellationToken = default)
    {
        Task stopping;
        lock (_gate)
        {
            stopping = _stopping ??= StopCoreAsync();
        }

        try
        {
            await stopping.WaitAsync(ToWait(drainTimeout), _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            _drainIsCut.TrySetResult();
            await stopping.ConfigureAwait(false);
        }
    }

    /// <summary>Stops without draining: every session gets its goaway at once.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero).ConfigureAwait(false);

    // Timers take at most about 49 days.
    private static TimeSpan ToWait(TimeSpan drainTimeout) =>
        drainTimeout < TimeSpan.Zero || drainTimeout > TimeSpan.FromDays(40) ? Timeout.InfiniteTimeSpan : drainTimeout;

    private async Task StopCoreAsync()
    {
        LogStopping(_options.Name, ActiveSessions);
        _admitting = false;
        _isDraining = true;
        _loop.Post(_ =>
        {
            _endpoint.Admitting = false;
            _endpoint.IsStopping = true;
            foreach (var (_, session) in _sessions)
            {
                session.RequestClose();
            }

            CheckDrained();
        });
        await Task.WhenAny(_drained.Task, _drainIsCut.Task, _completion).ConfigureAwait(false);
        if (!_drainIsCut.Task.IsCompleted)
        {
            // Goaways get lost too: their sessions repeat them for a while, and answer what the peers still send.
            _loop.StopWhenIdle();
            await Task.WhenAny(_drainIsCut.Task, _completion, Task.Delay(LongestLinger, _options.TimeProvider)).ConfigureAwait(false);
        }

        var cut = 0;
        _loop.Post(_ =>
        {
            foreach (var (_, session) in _sessions)
            {
                cut++;
                session.CloseNow();
            }

            // After the work those calls post, so that the last turn sends their goaways.
            _loop.Post(_ => _loop.Stop());
        });
        if (await _loop.EndsAsync().ConfigureAwait(false))
        {
            await _completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _log.OnStopped();
            LogStopped(_options.Name, cut);
            return;
        }

        _accepted.Writer.TryComplete();
        foreach (var (_, session) in _sessions)
        {
            session.Abandon();
        }
    }

    private void CheckDrained()
    {
        if (_isDraining && _sessions.IsEmpty)
        {
            _drained.TrySetResult();
        }
    }

    private async Task RunToEndAsync()
    {
        try
        {
            await _loop.Completion.ConfigureAwait(false);
        }
        finally
        {
            // The loop's thread is gone: nobody else touches these any more.
            _accepted.Writer.TryComplete();
            foreach (var session in _sessions.Values.ToArray())
            {
                session.OnLoopEnded();
            }

            _workers.Dispose();
            _endpoint.Dispose();
        }
    }
}
