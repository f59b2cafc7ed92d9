namespace UDPack.Hosting;

/// <summary>
/// A client's lasting connection: one session after the other with the same server. Take it with <c>[FromKeyedServices("name")] UdpackConnection</c>.
/// It connects when the host starts, or earlier if it is used earlier, connects again when its session is lost, and closes when the host
/// stops. A session that the application closes itself is not replaced. Thread-safe. Abstract for the sake of tests.
/// </summary>
public abstract class UdpackConnection
{
    /// <summary>The client's name.</summary>
    public abstract string Name { get; }

    /// <summary>The present state.</summary>
    public abstract UdpackConnectionState State { get; }

    /// <summary>
    /// Tells of each change, and of each further attempt that failed. Events come one at a time and in order; the connection waits for
    /// the handlers, so they must be quick. What they throw is logged.
    /// </summary>
    public abstract event EventHandler<UdpackConnectionStateChange>? StateChanged;

    /// <summary>The present session; null while there is none. It belongs to the connection: closing or disposing it closes the connection for good.</summary>
    public abstract UdpackSession? Session { get; }

    /// <summary>
    /// Waits until there is a session: readiness. Returns at once while there is one. It belongs to the connection: do not dispose it, since closing or
    /// disposing it closes the connection for good.
    /// </summary>
    /// <exception cref="UdpackException">The connection is closed: by the application, or as the client gave up; then the error is that of the last attempt.</exception>
    /// <exception cref="OperationCanceledException">
    /// The token fired; or the host stops: then it waits on for the token to fire, until the client itself has stopped, and without a token not at all.
    /// </exception>
    public abstract ValueTask<UdpackSession> GetSessionAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Queues a packet on the present session for reliable, ordered delivery. While there is none it waits, or fails, as <see cref="UdpackClientSettings.PendingSends"/>
    /// says. It completes when a session accepted the packet; if that session is lost before the packet arrived, the packet is lost with
    /// it: <see cref="SendAndConfirmAsync"/> tells.
    /// </summary>
    /// <exception cref="UdpackException">The packet is too large; there is no session and sends do not wait (<see cref="UdpackError.NotConnected"/>); or the connection is closed.</exception>
    /// <exception cref="OperationCanceledException">The token fired while waiting, or the host stops as in <see cref="GetSessionAsync"/>; the packet is not sent.</exception>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken = default);

    /// <summary>
    /// Like <see cref="SendAsync"/>, and waits until the server's transport has acknowledged the packet. It is not sent twice: when the session
    /// that accepted it ends before the acknowledgement this throws, and the packet may or may not have arrived.
    /// </summary>
    /// <inheritdoc cref="SendAsync" path="/exception"/>
    public abstract ValueTask SendAndConfirmAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken = default);

    /// <summary>Sends an unreliable message on the present session; false while there is none. Never waits.</summary>
    /// <exception cref="UdpackException">The message is larger than <see cref="UdpackSession.MaxDatagramBytes"/>.</exception>
    public abstract bool TrySendDatagram(ReadOnlySpan<byte> message);

    /// <summary>Opens a stream on the present session. While there is none it waits, or fails, as <see cref="UdpackClientSettings.PendingSends"/> says. The stream ends with its session.</summary>
    /// <param name="options">Delivery, deadline and priority; null for an ordered stream.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UdpackException">There is no session and sends do not wait (<see cref="UdpackError.NotConnected"/>), or the connection is closed.</exception>
    /// <exception cref="ArgumentException">The options contradict each other; the message says how.</exception>
    /// <exception cref="InvalidOperationException">The server accepts no streams.</exception>
    /// <exception cref="OperationCanceledException">The token fired; no stream is open.</exception>
    public abstract ValueTask<UdpackStream> OpenStreamAsync(UdpackStreamOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// The packets of the present session and of all that follow it; ends when the connection is closed, for whatever reason. The consumer
    /// disposes each packet. One reader at a time.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token fired; no packet is lost.</exception>
    public abstract IAsyncEnumerable<UdpackPacket> ReadAllAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// The unreliable messages of the present session and of all that follow it; ends when the connection is closed, for whatever reason. The consumer
    /// disposes each. One reader at a time. When more arrive than are taken, the oldest are dropped.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public abstract IAsyncEnumerable<UdpackPacket> ReadDatagramsAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// The streams that the server opens on the present session and on all that follow it; ends when the connection is closed, for whatever reason. Each
    /// ends with its session. The consumer disposes each.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token fired; no stream is lost.</exception>
    public abstract IAsyncEnumerable<UdpackStream> AcceptStreamsAsync(CancellationToken cancellationToken = default);
}
