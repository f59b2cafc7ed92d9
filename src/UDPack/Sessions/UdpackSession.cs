using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Sessions;
using UDPack.Sessions;
using UDPack.Sockets;

namespace UDPack;

/// <summary>One secure session. Thread-safe, except that only one receive may wait at a time.</summary>
public sealed partial class UdpackSession : IAsyncDisposable
{
    private static readonly TimeSpan DisposeDrain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxTimer = TimeSpan.FromDays(40);

    private readonly Session _core;
    private readonly EventLoop _loop;
    private readonly ISessionOwner _owner;
    private readonly PacketBufferPool _buffers;
    private readonly UdpackSessionOptions _options;
    private readonly PacketQueue _received = new();
    private readonly SendQueue _outgoing;
    private readonly LoopSide _loopSide;
    private IPEndPoint? _remote;
    private readonly TokenVerdict? _verdict;
    private Dictionary<object, object?>? _items;
    private CancellationTokenSource? _closed;
    private CancellationTokenSource? _closeRequested;
    private CancellationTokenSource? _abandoned;
    private TaskCompletionSource? _ended;
    private bool _isCloseRequested;
    private bool _hasEnded;
    private bool _isAbandoned;
    private UdpackCloseReason? _closeReason;
    private ITimer? _expiry;
    private TimeProvider? _time;

    internal UdpackSession(Session core, EventLoop loop, ISessionOwner owner, PacketBufferPool buffers, UdpackSessionOptions options)
    {
        _core = core;
        _loop = loop;
        _owner = owner;
        _buffers = buffers;
        _options = options;
        _loopSide = new LoopSide(this);
        _outgoing = new SendQueue(buffers, options.SendBufferBytes, _loopSide, core.Memory);
        _verdict = core.Verdict as TokenVerdict;
        core.Events = _loopSide;
    }

    /// <summary>The session id: high half chosen by the client, low half by the server (UDPack 1.0, 2.3).</summary>
    public uint Id => _core.Id;

    /// <summary>The peer's address. It may change while the session lives, when the peer moves to another network or its NAT gives it another port.</summary>
    public IPEndPoint RemoteEndPoint => Volatile.Read(ref _remote) ?? FirstRemote();

    /// <summary>The local address.</summary>
    public IPEndPoint LocalEndPoint => _owner.LocalEndPoint;

    /// <summary>Who the client is, from the token validator; null on clients and for anonymous sessions.</summary>
    public ClaimsPrincipal? User => _verdict?.User;

    /// <summary>A place for the application's own data. Created on first use; not thread-safe itself.</summary>
    public IDictionary<object, object?> Items =>
        _items ?? Interlocked.CompareExchange(ref _items, [], null) ?? _items;

    /// <summary>The session's state.</summary>
    public SessionState State => _core.State;

    /// <summary>The session's cipher; the client chose it.</summary>
    public CipherAlgorithm Algorithm => _core.Algorithm;

    /// <summary>The largest packet that the peer accepts, in bytes, on the session and on streams.</summary>
    public int MaxPacketBytes => _core.MaxPacketBytes;

    /// <summary>Cancelled when the session has ended, whatever the reason.</summary>
    public CancellationToken Closed => GetToken(ref _closed, ref _hasEnded);

    /// <summary>Cancelled when this side wants to end the session gracefully, as a draining server does, or when it has ended: finish and return.</summary>
    public CancellationToken CloseRequested => GetToken(ref _closeRequested, ref _isCloseRequested);

    /// <summary>How the session ended; null while it lives.</summary>
    public UdpackCloseReason? CloseReason => Volatile.Read(ref _closeReason);

    /// <summary>Cancelled when the session has ended without its loop, which hangs: nothing that was sent is acknowledged any more.</summary>
    internal CancellationToken Abandoned => GetToken(ref _abandoned, ref _isAbandoned);

    /// <summary>For tests that drive time.</summary>
    internal EventLoop Loop => _loop;

    /// <summary>The name of the endpoint that admitted it; empty on clients.</summary>
    internal string EndpointName => _owner.EndpointName;

    /// <summary>After this much silence a client pings.</summary>
    internal TimeSpan KeepAliveInterval => TimeSpan.FromMicroseconds(_core.KeepAliveInterval);

    /// <summary>When it became READY, as its owner's clock counts.</summary>
    internal long ReadyAt { get; set; }

    /// <summary>Whether it has ended, or was asked to from this side and only delivers what it holds.</summary>
    internal bool IsClosing => CloseReason is not null || _loopSide.IsCloseRequested;

    /// <summary>Whether this side had asked for a graceful end before it ended, whatever the cause was in the end.</summary>
    internal bool WasClosingHere { get; private set; }

    /// <summary>What it holds of its endpoint's memory.</summary>
    internal SessionMemory Memory => _core.Memory;

    private object Gate => _received;

    /// <summary>
    /// Queues a packet for reliable, ordered delivery; waits while the send buffer is full. Completes when the packet is accepted, not
    /// when it has arrived. The memory may be reused when the task has ended.
    /// </summary>
    /// <exception cref="UdpackException">The packet is larger than <see cref="MaxPacketBytes"/>, or the session has ended.</exception>
    /// <exception cref="OperationCanceledException">The token fired while waiting; the packet is not sent.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken = default) =>
        SendAsync(packet, null, cancellationToken);

    /// <summary>Like <see cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, and waits until the peer's transport has acknowledged the packet.</summary>
    /// <exception cref="UdpackException">As for sending; also when the session ends before the acknowledgement: then the packet may or may not have arrived.</exception>
    /// <exception cref="OperationCanceledException">The token fired; once accepted the packet is sent all the same.</exception>
    public async ValueTask SendAndConfirmAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken = default)
    {
        var confirmation = new Confirmation(CreateEndException);
        await SendAsync(packet, confirmation, cancellationToken).ConfigureAwait(false);
        await confirmation.WaitAsync(Abandoned, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Queues a packet if the send buffer has room for it now; false if not, and when the session has ended or is being closed, as a
    /// channel's writer does: <see cref="CloseReason"/> and <see cref="Closed"/> tell these apart.
    /// </summary>
    /// <exception cref="UdpackException">The packet is larger than <see cref="MaxPacketBytes"/>.</exception>
    public bool TrySend(ReadOnlySpan<byte> packet)
    {
        ThrowIfTooLarge(packet.Length);
        if (_outgoing.TryAdd(packet, null) != SendResult.Accepted)
        {
            return false;
        }

        _loopSide.Post();
        return true;
    }

    /// <summary>Waits for the next packet. Dispose it when done with it.</summary>
    /// <exception cref="UdpackException">The session has ended and no packet is left.</exception>
    /// <exception cref="InvalidOperationException">Another receive is waiting.</exception>
    /// <exception cref="OperationCanceledException">The token fired; no packet is lost.</exception>
    public ValueTask<UdpackPacket> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        var task = _received.TakeAsync(cancellationToken, out var taken);
        _loopSide.OnTaken(taken);
        return task;
    }

    /// <summary>
    /// Takes a packet that has already arrived; false if none has. It does not tell the end of the session: that nothing will come any more is
    /// false and a <see cref="CloseReason"/> read before.
    /// </summary>
    public bool TryReceive(out UdpackPacket packet)
    {
        if (!_received.TryTake(out packet, out var taken))
        {
            return false;
        }

        _loopSide.OnTaken(taken);
        return true;
    }

    /// <summary>
    /// Takes no further packets from the peer, and waits until all that it may know to have arrived have: they can be received after this with
    /// <see cref="TryReceive"/>. What comes later is not acknowledged, so that no packet is confirmed to the peer that nobody reads: for whoever is about to
    /// close the session. Sending and streams go on, though what a datagram carries beside a refused packet has to come again. If both sides do this, neither can deliver any more what it has to send.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait, not more.</param>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public Task StopReceivingAsync(CancellationToken cancellationToken = default) => _loopSide.StopReceivingAsync().WaitAsync(cancellationToken);

    /// <summary>All packets until the session ends normally; throws if it ends otherwise. The consumer disposes each packet.</summary>
    /// <exception cref="UdpackException">The session ended with an error or expired.</exception>
    public async IAsyncEnumerable<UdpackPacket> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            UdpackPacket packet;
            try
            {
                packet = await ReceiveAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (UdpackException exception) when (exception.Error == UdpackError.SessionClosed)
            {
                yield break;
            }

            yield return packet;
        }
    }

    /// <summary>The transport's figures at this moment.</summary>
    public UdpackSessionStatistics GetStatistics()
    {
        var snapshot = _core.Snapshot();
        return new UdpackSessionStatistics
        {
            SmoothedRtt = TimeSpan.FromMicroseconds(snapshot.SmoothedRttMicros),
            MinRtt = TimeSpan.FromMicroseconds(snapshot.MinRttMicros),
            CongestionWindowBytes = snapshot.CongestionWindow,
            BytesInFlight = snapshot.BytesInFlight,
            DatagramsSent = snapshot.DatagramsSent,
            DatagramsReceived = snapshot.DatagramsReceived,
            DatagramsLost = snapshot.DatagramsLost,
            BytesSent = snapshot.BytesSent,
            BytesReceived = snapshot.BytesReceived,
            PacketsSent = snapshot.PacketsSent,
            PacketsReceived = snapshot.PacketsReceived,
            SpuriousLosses = snapshot.SpuriousLosses,
            PathMtuBytes = snapshot.PathMtu,
            PacingRate = snapshot.PacedRate,
            OpenStreams = snapshot.OpenStreams,
            MessagesSent = snapshot.MessagesSent,
            MessagesReceived = snapshot.MessagesReceived,
            MessagesLate = snapshot.MessagesLate,
            ValuesSent = snapshot.ValuesSent,
            ValuesReceived = snapshot.ValuesReceived,
            ValuesReplaced = snapshot.ValuesReplaced + (_latestOutbox?.Replaced ?? 0),
            LastReceivedAt = _loop.ToUtc(snapshot.LastReceivedAt),
            MessagesDropped = snapshot.MessagesDropped + (_messages?.Dropped ?? 0) + (_outbox?.Dropped ?? 0),
        };
    }

    private IPEndPoint FirstRemote()
    {
        // Read before the peer can have moved, or replaced at once by who saw it move.
        var first = SocketAddresses.ToEndPoint(_core.FirstRemoteAddress);
        return Interlocked.CompareExchange(ref _remote, first, null) ?? first;
    }

    /// <summary>Sends, and has someone told of the acknowledgement.</summary>
    internal ValueTask SendAsync(ReadOnlyMemory<byte> packet, Confirmation? confirmation, CancellationToken cancellationToken)
    {
        ThrowIfTooLarge(packet.Length);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        switch (_outgoing.AddOrWait(packet, confirmation, cancellationToken, out var waiting))
        {
            case SendResult.Accepted:
                _loopSide.Post();
                return default;
            case SendResult.Ended:
                return ValueTask.FromException(CreateEndException());
            default:
                return waiting;
        }
    }

    internal void ThrowIfTooLarge(int length)
    {
        if (length > MaxPacketBytes)
        {
            throw PacketTooLarge(length);
        }
    }

    private UdpackException PacketTooLarge(int length) =>
        new(UdpackError.PacketTooLarge, $"The packet has {length:N0} bytes; the peer accepts at most {MaxPacketBytes:N0}. Split it, or raise MaxPacketBytes there.");
}
