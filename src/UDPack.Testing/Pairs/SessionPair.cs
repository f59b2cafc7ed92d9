using System.Net;
using UDPack.Testing.Pairs;

namespace UDPack.Testing;

/// <summary>
/// Both ends of one session, in memory, for unit tests of code that is given a <see cref="UdpackSession"/> or a <see cref="UdpackStream"/>: a handler gets the
/// server's side, and the test plays the client. The sessions are real ones, between which datagrams take no time and none is lost; a test of what a network does needs a
/// <see cref="SimulatedNetwork"/>. Memory of packets is overwritten when they end, so that a handler that kept it is found out. Thread-safe; pairs have nothing in common.
/// </summary>
public sealed class SessionPair : IAsyncDisposable
{
    private static readonly IPEndPoint ServerEndPoint = new(IPAddress.Loopback, 9000);

    private readonly ServerKey _key;
    private readonly UdpackListener _listener;

    private SessionPair(ServerKey key, UdpackListener listener, UdpackSession client, UdpackSession server)
    {
        _key = key;
        _listener = listener;
        Client = client;
        Server = server;
    }

    /// <summary>The client's side.</summary>
    public UdpackSession Client { get; }

    /// <summary>The server's side: what a handler is given.</summary>
    public UdpackSession Server { get; }

    /// <summary>Makes a pair; both sides are READY.</summary>
    /// <param name="options">What it is like; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public static async Task<SessionPair> ConnectAsync(SessionPairOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new SessionPairOptions();
        var network = new InstantNetwork(options.TimeProvider);
        var key = ServerKey.GenerateP256();
        UdpackListener? listener = null;
        try
        {
            listener = UdpackListener.Listen(new UdpackListenerOptions
            {
                Network = network,
                TimeProvider = options.TimeProvider,
                LocalEndPoint = ServerEndPoint,
                Keys = new StaticKeyStore(new ServerKeyRing(key)),
                TokenValidator = new Admission(options.User),
                Session = options.Server,
            });
            var client = await UdpackClient.ConnectAsync(
                new UdpackClientOptions
                {
                    Network = network,
                    TimeProvider = options.TimeProvider,
                    RemoteEndPoint = ServerEndPoint,
                    ServerPublicKey = key.PublicKey,
                    Token = "pair"u8.ToArray(),
                    Session = options.Client,
                },
                cancellationToken).ConfigureAwait(false);
            var server = await listener.AcceptSessionAsync(cancellationToken).ConfigureAwait(false);
            return new SessionPair(key, listener, client, server);
        }
        catch
        {
            if (listener is not null)
            {
                await listener.DisposeAsync().ConfigureAwait(false);
            }

            key.Dispose();
            throw;
        }
    }

    /// <summary>Opens a stream by the client and takes it on the server.</summary>
    /// <param name="options">Delivery, deadline and priority; null for an ordered stream.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UdpackException">The session has ended.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<(UdpackStream Client, UdpackStream Server)> OpenStreamAsync(UdpackStreamOptions? options = null, CancellationToken cancellationToken = default)
    {
        var client = await Client.OpenStreamAsync(options, cancellationToken).ConfigureAwait(false);
        return (client, await Server.AcceptStreamAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Ends both sides at once, whatever they still have to do.</summary>
    public async ValueTask DisposeAsync()
    {
        Client.Abort();
        Server.Abort();
        await _listener.DisposeAsync().ConfigureAwait(false);
        _key.Dispose();
    }

    private sealed class Admission(System.Security.Claims.ClaimsPrincipal? user) : ITokenValidator
    {
        public ValueTask<TokenVerdict> ValidateAsync(TokenValidationContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(TokenVerdict.Success(user));
    }
}
