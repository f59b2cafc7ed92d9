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

/// <summary>A UDP socket that makes sessions with one server. Thread-safe. For many sessions make one client and connect it many times.</summary>
public sealed class UdpackClient : IAsyncDisposable
{
    private static readonly TimeSpan DisposeDrain = TimeSpan.FromSeconds(5);

    private readonly UdpackClientOptions _options;
    private readonly PooledPacketBuffers _buffers = new();
    private readonly Lock _gate = new();
    private readonly ILogger _logger;
    private ClientSocket? _socket;
    private bool _disposed;

    /// <summary>Creates the client; the socket opens with the first connect.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public UdpackClient(UdpackClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ClientSettings.Validate(options);
        _options = options;
        _logger = options.LoggerFactory?.CreateLogger<UdpackClient>() ?? NullLogger<UdpackClient>.Instance;
    }

    /// <summary>For tests that drive time; null before the first connect.</summary>
    internal EventLoop? Loop => _socket?.Loop;

    /// <summary>Connects a session with a socket of its own; both end together.</summary>
    /// <inheritdoc cref="ConnectAsync(CancellationToken)"/>
    public static async ValueTask<UdpackSession> ConnectAsync(UdpackClientOptions options, CancellationToken cancellationToken = default)
    {
        var client = new UdpackClient(options);
        try
        {
            var session = await client.ConnectAsync(cancellationToken).ConfigureAwait(false);
            client._socket!.CloseWhenIdle();
            return session;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Connects: sends the shakehand, retries on silence, and returns the session once it is READY (UDPack 1.0, 2.3).</summary>
    /// <exception cref="UdpackException">
    /// <see cref="UdpackError.ConnectTimeout"/>, <see cref="UdpackError.AuthenticationFailed"/>, <see cref="UdpackError.HandshakeFailed"/>,
    /// <see cref="UdpackError.TokenTooLarge"/>, <see cref="UdpackError.NameNotResolved"/> or <see cref="UdpackError.BindFailed"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public async ValueTask<UdpackSession> ConnectAsync(CancellationToken cancellationToken = default)
    {
        var remote = await ServerName.ResolveAsync(_options, _socket?.LocalEndPoint ?? _options.LocalEndPoint, cancellationToken).ConfigureAwait(false);
        var shakehand = Prepare();
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

        return await socket.ConnectAsync(remote, shakehand, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes all sessions, waiting at most 5 s for what they still have to send, and then the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        ClientSocket? socket;
        lock (_gate)
        {
            _disposed = true;
            socket = _socket;
        }

        if (socket is not null)
        {
            await socket.CloseAsync(DisposeDrain).ConfigureAwait(false);
        }
    }

    private PreparedShakehand Prepare()
    {
        var parameters = SessionSettings.ToParameters(_options.Session);
        var limit = PreparedShakehand.MaxTokenBytes(_options.ServerPublicKey, _options.Algorithm, parameters);
        if (_options.Token.IsEmpty || _options.Token.Length > limit)
        {
            throw new UdpackException(
                UdpackError.TokenTooLarge,
                $"The token has {_options.Token.Length} bytes; with this server key and cipher it must have 1 to {limit}.");
        }

        return PreparedShakehand.Create(
            _options.ServerPublicKey, _options.Algorithm, _options.Token.Span, parameters, _options.Network.Entropy, _options.KeyLog);
    }

    private ClientSocket GetSocket(IPEndPoint remote)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _socket is { HasEnded: false } open ? open : _socket = Open(remote);
        }
    }

    private ClientSocket Open(IPEndPoint remote)
    {
        var local = _options.LocalEndPoint
            ?? new IPEndPoint(remote.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        try
        {
            return new ClientSocket(_options, _options.Network.Bind(local, _options.ReceiveBufferBytes), _buffers, _logger);
        }
        catch (SocketException exception)
        {
            throw new UdpackException(UdpackError.BindFailed, $"The client cannot bind udp://{local}: {exception.Message}.", exception);
        }
    }
}
