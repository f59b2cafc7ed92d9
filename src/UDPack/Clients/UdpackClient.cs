using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using UDPack.Buffers;
using UDPack.Clients;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Sessions;
using UDPack.Sockets;

namespace UDPack;

#pragma warning disable RS0026 // Of the two ConnectAsync one is static: no call can mean either.

/// <summary>A UDP socket, or one of each address family, that makes sessions with one server. Thread-safe. For many sessions make one client and connect it many times.</summary>
public sealed partial class UdpackClient : IAsyncDisposable
{
    private static readonly TimeSpan DisposeDrain = TimeSpan.FromSeconds(5);

    private readonly UdpackClientOptions _options;
    private readonly PooledPacketBuffers _buffers;
    private readonly Lock _gate = new();
    private readonly ILogger _logger;
    private ClientSocket? _ipv4;
    private ClientSocket? _ipv6;
    private bool _disposed;

    /// <summary>Creates the client; the socket opens with the first connect.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public UdpackClient(UdpackClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ClientSettings.Validate(options);
        _options = options;
        _buffers = PooledPacketBuffers.TrimmedByCollector(options.Network.PoisonsPackets);
        _logger = options.LoggerFactory?.CreateLogger<UdpackClient>() ?? NullLogger<UdpackClient>.Instance;
    }

    /// <summary>For tests that drive time; null before the first connect.</summary>
    internal EventLoop? Loop => (_ipv4 ?? _ipv6)?.Loop;

    /// <summary>Connects a session with a socket of its own; both end together.</summary>
    /// <inheritdoc cref="ConnectAsync(CancellationToken)"/>
    public static async ValueTask<UdpackSession> ConnectAsync(UdpackClientOptions options, CancellationToken cancellationToken = default)
    {
        var client = new UdpackClient(options);
        try
        {
            var session = await client.ConnectAsync(cancellationToken).ConfigureAwait(false);
            foreach (var socket in client.OpenSockets())
            {
                socket.CloseWhenIdle();
            }

            return session;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Connects: sends the shakehand, retries on silence, and returns the session once it is READY (UDPack 1.0, 2.3). A name's addresses are
    /// tried each 250 ms after the one before, or when that has failed; the first session is taken. If none gives one, the message lists them.
    /// </summary>
    /// <exception cref="UdpackException">
    /// <see cref="UdpackError.ConnectTimeout"/>, <see cref="UdpackError.AuthenticationFailed"/>, <see cref="UdpackError.HandshakeFailed"/>, <see cref="UdpackError.ServerFull"/>,
    /// <see cref="UdpackError.TokenTooLarge"/>, <see cref="UdpackError.TokenUnavailable"/>, <see cref="UdpackError.NameNotResolved"/> or <see cref="UdpackError.BindFailed"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public async ValueTask<UdpackSession> ConnectAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        var deadline = new ConnectDeadline(_options);
        var addresses = await deadline.WithinAsync(
            "its name was not resolved by then", limited => ServerName.ResolveAsync(_options, limited), cancellationToken).ConfigureAwait(false);
        var token = await deadline.WithinAsync("the token provider had not answered by then", GetTokenAsync, cancellationToken).ConfigureAwait(false);
        var race = new AddressRace(
            _options.RemoteEndPoint,
            addresses,
            _options.TimeProvider,
            (remote, onTrouble, cancelled) => ConnectAsync(remote, token, deadline.Remaining, onTrouble, cancelled));
        return await race.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes all sessions, waiting at most 5 s for what they still have to send, and then the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        ClientSocket[] sockets;
        lock (_gate)
        {
            _disposed = true;
            sockets = OpenSockets();
        }

        await Task.WhenAll(sockets.Select(static socket => socket.CloseAsync(DisposeDrain))).ConfigureAwait(false);
    }

    private async Task<UdpackSession> ConnectAsync(
        IPEndPoint remote, ReadOnlyMemory<byte> token, TimeSpan? timeout, Action<ConnectHint> onTrouble, CancellationToken cancellationToken)
    {
        var shakehand = Prepare(token.Span);
        ClientSocket socket;
        try
        {
            socket = GetSocket(remote);
        }
        catch
        {
            shakehand.Dispose();
            throw;
        }

        return await socket.ConnectAsync(remote, shakehand, timeout, OnTrouble, cancellationToken).ConfigureAwait(false);

        void OnTrouble(ConnectHint hint)
        {
            onTrouble(hint);
            var explanation = ConnectErrors.Explain(hint);
            if (_options.Trouble is { } tell)
            {
                tell(remote, explanation);
            }
            else
            {
                LogTrouble(remote, explanation);
            }
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> GetTokenAsync(CancellationToken cancellationToken)
    {
        if (_options.TokenProvider is not { } provider)
        {
            return _options.Token;
        }

        try
        {
            return await provider(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            // A provider's own timeout is a cancellation too, but not the caller's.
            throw new UdpackException(UdpackError.TokenUnavailable, $"The token provider failed: {exception.Message}", exception);
        }
    }

    private PreparedShakehand Prepare(ReadOnlySpan<byte> token)
    {
        var parameters = SessionSettings.ToParameters(_options.Session);
        var limit = PreparedShakehand.MaxTokenBytes(_options.ServerPublicKey, _options.Algorithm, parameters);
        if (token.IsEmpty || token.Length > limit)
        {
            throw new UdpackException(
                UdpackError.TokenTooLarge,
                $"The token has {token.Length} bytes; with this server key and cipher it must have 1 to {limit}.{(token.IsEmpty ? " Set Token, or a TokenProvider that gives one." : "")}");
        }

        return PreparedShakehand.Create(
            _options.ServerPublicKey, _options.Algorithm, token, parameters, _options.Network.Entropy, _options.KeyLog);
    }

    private ClientSocket GetSocket(IPEndPoint remote)
    {
        // One socket of each family, since a machine may have no IPv6; a given local address is one socket for all it reaches.
        var local = _options.LocalEndPoint
            ?? new IPEndPoint(remote.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        ref var socket = ref local.AddressFamily == AddressFamily.InterNetwork ? ref _ipv4 : ref _ipv6;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return socket is { HasEnded: false } open ? open : socket = Open(local);
        }
    }

    private ClientSocket Open(IPEndPoint local)
    {
        try
        {
            return new ClientSocket(_options, _options.Network.Bind(local, _options.ReceiveBufferBytes), _buffers, _logger);
        }
        catch (SocketException exception)
        {
            throw new UdpackException(UdpackError.BindFailed, $"The client cannot bind udp://{local}: {exception.Message}.", exception);
        }
    }

    private ClientSocket[] OpenSockets() => [.. new[] { _ipv4, _ipv6 }.OfType<ClientSocket>()];
}
