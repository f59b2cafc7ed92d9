using System.Net;
using Microsoft.Extensions.Logging;
using UDPack.Buffers;
using UDPack.Handshakes;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Protocol.Collections;
using UDPack.Protocol.Sessions;
using UDPack.Sessions;
using UDPack.Sockets;

namespace UDPack.Clients;

/// <summary>A client's socket with its loop and all sessions on it.</summary>
#pragma warning disable CA1001 // The loop's end disposes the endpoint; that is what CloseAsync waits for.
internal sealed class ClientSocket : ISessionOwner
#pragma warning restore CA1001
{
    /// <summary>Ended sessions repeat their goaway for three probe timeouts; a path that stood still for an hour must not make that hours.</summary>
    private static readonly TimeSpan MostLinger = TimeSpan.FromSeconds(5);

    private readonly UdpackClientOptions _options;
    private readonly IDatagramSocket _socket;
    private readonly PooledPacketBuffers _buffers;
    private readonly ClientEndpoint _endpoint;
    private readonly EventLoop _loop;
    private readonly SeededConcurrentDictionary<uint, UdpackSession> _sessions;
    private readonly HashSet<Connecting> _connecting = [];
    private readonly Task _completion;
    private readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StepReporter _progress;
    private bool _closing;

    public ClientSocket(UdpackClientOptions options, IDatagramSocket socket, PooledPacketBuffers buffers, ILogger logger)
    {
        _options = options;
        _socket = socket;
        _buffers = buffers;
        LocalEndPoint = socket.LocalEndPoint;
        _progress = new StepReporter(options.HandshakeProgress, logger);
        var clock = new LoopClock(options.TimeProvider, socket);
        _endpoint = new ClientEndpoint(options.Ciphers, options.Network.Entropy, buffers, clock.UnixEpochOffsetMs);
        _sessions = new SeededConcurrentDictionary<uint, UdpackSession>(_endpoint.Hash);
        _loop = new EventLoop("client", socket, _endpoint, clock, logger);
        _completion = RunToEndAsync();
        options.Network.Drive(_loop);
    }

    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Whether its loop is gone: closed, or dead.</summary>
    public bool HasEnded => _completion.IsCompleted;

    public EventLoop Loop => _loop;

    public bool ObservesHandshakes => _progress.IsActive;

    /// <param name="remote">The server.</param>
    /// <param name="shakehand">What to send; used up.</param>
    /// <param name="timeout">After which to give up; null for when the attempts are used up.</param>
    /// <param name="onTrouble">Told on the loop what may be wrong while the attempt goes on.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<UdpackSession> ConnectAsync(
        IPEndPoint remote, PreparedShakehand shakehand, TimeSpan? timeout, Action<ConnectHint> onTrouble, CancellationToken cancellationToken)
    {
        var address = SocketAddresses.FromEndPoint(new IPEndPoint(AddressRules.WithScopeOf(remote.Address, LocalEndPoint.Address), remote.Port));
        var request = new ClientConnect(
            address,
            shakehand,
            _options.RetrySchedule is null ? _options.MaxAttempts : int.MaxValue,
            (long)_options.RetryInterval.TotalMicroseconds,
            SessionSettings.ToSessionOptions(_options.Session, _loop.Socket.MayFragment, _options.KeepAliveInterval))
        {
            TimeoutMicros = timeout is { } limit ? (long)limit.TotalMicroseconds : long.MaxValue,
            Interval = _options.RetrySchedule is { } schedule ? attempt => (long)schedule(attempt).TotalMicroseconds : null,
        };
        var connecting = new Connecting(this, remote, onTrouble);
        _loop.Post(now => Begin(now, request, connecting));
        var connected = connecting.WaitAsync(cancellationToken);
        if (await Task.WhenAny(connected, _completion, _abandoned.Task).ConfigureAwait(false) != connected)
        {
            connecting.OnSocketClosed();
            _ = PutAwayAsync(shakehand);
        }

        return await connected.ConfigureAwait(false);
    }

    /// <summary>The loop may have ended without ever seeing an attempt. While it has not ended the attempt may be its own.</summary>
    private async Task PutAwayAsync(PreparedShakehand shakehand)
    {
        await _completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        shakehand.Dispose();
    }

    /// <summary>The loop ends with the last session.</summary>
    public void CloseWhenIdle() => _loop.StopWhenIdle();

    public async Task CloseAsync(TimeSpan drain)
    {
        _loop.Post(now =>
        {
            _closing = true;
            foreach (var connecting in _connecting.ToArray())
            {
                connecting.Handshake?.Cancel(now);
            }

            foreach (var session in _endpoint.GetSessions())
            {
                session.Close(now, (long)drain.TotalMicroseconds, null);
            }

            _loop.StopWhenIdle();
        });
        await _completion.WaitAsync(drain + MostLinger, _options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_completion.IsCompleted)
        {
            _loop.Stop();
            if (await _loop.EndsAsync().ConfigureAwait(false))
            {
                await _completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return;
            }

            _abandoned.SetResult();
            foreach (var (_, session) in _sessions)
            {
                session.Abandon();
            }
        }
    }

    /// <summary>Ends an attempt whose caller has lost interest.</summary>
    public void Cancel(Connecting connecting) => _loop.Post(now => connecting.Handshake?.Cancel(now));

    public UdpackSession Adopt(Connecting connecting, Session core)
    {
        Forget(connecting);
        var session = new UdpackSession(core, _loop, this, _buffers, _options.Session);
        _sessions.TryAdd(session.Id, session);
        return session;
    }

    public void Report(in HandshakeStep step) => _progress.Report(step);

    public void Forget(Connecting connecting)
    {
        if (_connecting.Remove(connecting) && _connecting.Count == 0)
        {
            _socket.WatchUnreachable(isOn: false);
        }
    }

    public void OnSessionEnded(UdpackSession session) => _sessions.TryRemove(session.Id, out _);

    private void Begin(long now, ClientConnect request, Connecting connecting)
    {
        if (_closing)
        {
            request.Shakehand.Dispose();
            connecting.OnSocketClosed();
            return;
        }

        if (_endpoint.IsFull)
        {
            request.Shakehand.Dispose();
            connecting.OnSocketFull();
            return;
        }

        if (_connecting.Add(connecting) && _connecting.Count == 1)
        {
            _socket.WatchUnreachable(isOn: true);
        }

        connecting.Handshake = _endpoint.Connect(now, request, connecting);
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
            foreach (var connecting in _connecting)
            {
                connecting.OnSocketClosed();
            }

            foreach (var (_, session) in _sessions)
            {
                session.OnLoopEnded();
            }

            _endpoint.Dispose();
        }
    }
}
