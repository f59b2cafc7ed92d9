using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using UDPack.Protocol;
using UDPack.Protocol.Delivery;
using UDPack.Sessions;
using UDPack.Streams;

namespace UDPack;

/// <summary>
/// One stream of a session: packets both ways, independent of all other streams and of the session's own packets. Thread-safe, except that only one
/// receive may wait at a time. Use it as packets, as a <see cref="Stream"/> (<see cref="AsStream"/>) or as an <see cref="IDuplexPipe"/>
/// (<see cref="AsPipe"/>), one of them per direction.
/// </summary>
#pragma warning disable CA1711 // It is what the protocol and QUIC call a stream; AsStream gives the other kind.
public sealed partial class UdpackStream : IAsyncDisposable
#pragma warning restore CA1711
{
    private readonly PacketQueue _received = new();
    private readonly LoopSide _loopSide;
    private readonly int? _sendBufferBytes;
    private readonly TaskCompletionSource _writesClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _readsClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PacketChannel? _core;
    private int _isCompleting;
    private volatile bool _isDisposed;

    internal UdpackStream(UdpackSession session, DeliveryMode mode, int priority, int? sendBufferBytes = null)
    {
        Session = session;
        Mode = mode;
        Priority = priority;
        _sendBufferBytes = sendBufferBytes;
        _loopSide = new LoopSide(this);
        Outgoing = session.CreateStreamSendQueue(sendBufferBytes, _loopSide);
    }

    /// <summary>The session it belongs to.</summary>
    public UdpackSession Session { get; }

    /// <summary>The stream's id: even if the client opened it, odd if the server did.</summary>
    public uint Id => Core.Id;

    /// <summary>How packets are delivered, in both directions; its opener chose.</summary>
    public DeliveryMode Mode { get; }

    /// <summary>The priority of what this side sends, 0 to 7; higher goes first. That of a stream the peer opened is 3.</summary>
    public int Priority { get; }

    /// <summary>The largest packet that the peer accepts, in bytes.</summary>
    public int MaxPacketBytes => Session.MaxPacketBytes;

    /// <summary>Whether the peer's application has taken the stream, as far as this side knows; true for streams the peer opened.</summary>
    public bool IsAccepted => !Core.IsLocal || _loopSide.IsAccepted;

    /// <summary>
    /// Ends when everything this side sent, and the end of it, was acknowledged by the peer. Fails with a <see cref="UdpackException"/> if the stream is
    /// aborted or the session ends before.
    /// </summary>
    public Task WritesClosed => _writesClosed.Task;

    /// <summary>
    /// Ends when the peer has completed its writes and all of it has arrived here; it may still wait to be received. Fails with a
    /// <see cref="UdpackException"/> if the stream is aborted or the session ends before.
    /// </summary>
    public Task ReadsClosed => _readsClosed.Task;

    internal IStreamEvents Events => _loopSide;

    /// <summary>Packets that were accepted for sending.</summary>
    internal SendQueue Outgoing { get; }

    /// <summary>Its place while it waits to be accepted; the accept queue's alone.</summary>
    internal LinkedListNode<UdpackStream>? AcceptNode { get; set; }

    /// <summary>Whether it is over, or this side gave it up.</summary>
    internal bool IsOver => _end is not null || _loopSide.AbortCode is not null;

    private PacketChannel Core => _core!;

    /// <summary>
    /// Queues a packet for delivery; waits while the send buffer is full. Completes when the packet is accepted, not when it has arrived. The
    /// memory may be reused when the task has ended.
    /// </summary>
    /// <exception cref="UdpackException">The packet is larger than <see cref="MaxPacketBytes"/>, the stream was aborted, or the session has ended.</exception>
    /// <exception cref="InvalidOperationException">This side has completed its writes; an <see cref="ObjectDisposedException"/> if it disposed the stream.</exception>
    /// <exception cref="OperationCanceledException">The token fired while waiting; the packet is not sent.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken = default) =>
        SendAsync(packet, null, cancellationToken);

    /// <summary>Like <see cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, and waits until the peer's transport has acknowledged the packet.</summary>
    /// <exception cref="UdpackException">
    /// As for sending; also when stream or session end before the acknowledgement, and with <see cref="UdpackError.PacketExpired"/> when a packet of a stream
    /// with a deadline was given up: then it may or may not have arrived.
    /// </exception>
    /// <exception cref="InvalidOperationException">This side has completed its writes; an <see cref="ObjectDisposedException"/> if it disposed the stream.</exception>
    /// <exception cref="OperationCanceledException">The token fired; once accepted the packet is sent all the same.</exception>
    public async ValueTask SendAndConfirmAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken = default)
    {
        var confirmation = new Confirmation(CreateEndException);
        await SendAsync(packet, confirmation, cancellationToken).ConfigureAwait(false);
        await confirmation.WaitAsync(Session.Abandoned, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Queues a packet if the send buffer has room for it now; false if not, and when nothing can be sent any more, as a channel's writer does:
    /// this side has completed its writes, the stream was aborted, or the session has ended. <see cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/> would say which.
    /// </summary>
    /// <exception cref="UdpackException">The packet is larger than <see cref="MaxPacketBytes"/>.</exception>
    public bool TrySend(ReadOnlySpan<byte> packet)
    {
        Session.ThrowIfTooLarge(packet.Length);
        if (Outgoing.TryAdd(packet, null) != SendResult.Accepted)
        {
            return false;
        }

        _loopSide.Post();
        return true;
    }

    /// <summary>Waits for the next packet; <see cref="UdpackPacket.IsEnd"/> when the peer has completed its writes and no packet is left. Dispose it when done with it.</summary>
    /// <exception cref="UdpackException">The stream was aborted, or the session has ended, before the peer completed its writes.</exception>
    /// <exception cref="InvalidOperationException">Another receive is waiting.</exception>
    /// <exception cref="ObjectDisposedException">The stream was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token fired; no packet is lost.</exception>
    public ValueTask<UdpackPacket> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        var task = _received.TakeAsync(cancellationToken, out var taken);
        _loopSide.OnTaken(taken);
        return task;
    }

    /// <summary>
    /// Gives what <see cref="ReceiveAsync"/> would give without a wait: a packet that has arrived, or, each time once none is left, <see cref="UdpackPacket.IsEnd"/>
    /// after the peer has completed its writes. False if a receive would wait. A loop that takes all there is ends at false or at the end.
    /// </summary>
    /// <exception cref="UdpackException">No packet is left, and the stream was aborted or the session has ended before the peer completed its writes.</exception>
    /// <exception cref="ObjectDisposedException">The stream was disposed.</exception>
    public bool TryReceive(out UdpackPacket packet)
    {
        var any = _received.TryTakeOrEnd(out packet, out var taken);
        _loopSide.OnTaken(taken);
        return any;
    }

    /// <summary>
    /// All packets until the peer has completed its writes. On streams with a deadline, packets that were given up are among them in their
    /// place, with <see cref="UdpackPacket.IsSkipped"/>. The consumer disposes each packet.
    /// </summary>
    /// <exception cref="UdpackException">The stream was aborted, or the session has ended, before that.</exception>
    public async IAsyncEnumerable<UdpackPacket> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var packet = await ReceiveAsync(cancellationToken).ConfigureAwait(false);
            if (packet.IsEnd)
            {
                yield break;
            }

            yield return packet;
        }
    }

    /// <summary>
    /// This side sends nothing more; everything accepted is still delivered, and then the peer learns of the end. Sends that wait for room fail. The
    /// other direction stays open. Does nothing the second time.
    /// </summary>
    public void CompleteWrites()
    {
        if (Interlocked.Exchange(ref _isCompleting, 1) == 0)
        {
            Outgoing.End(CreateSendException);
            _loopSide.RequestFinish();
        }
    }

    /// <summary>Ends both directions at once; what is unacknowledged may be lost, and what was not received is thrown away. Does nothing if the stream is over.</summary>
    /// <param name="code">Told to the peer's application: 0 for cancelled, or 256 and above as the applications agree.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code is one of 1 to 255, which the protocol keeps for itself.</exception>
    public void Abort(ushort code = StreamAbortCode.Cancelled)
    {
        if (code is > StreamAbortCode.Cancelled and < StreamAbortCode.FirstOfApplication)
        {
            throw new ArgumentOutOfRangeException(nameof(code), code, "The codes of applications begin with 256; 0 means cancelled.");
        }

        AbortWith(code);
    }

    /// <summary>
    /// The stream as bytes: reads run over the boundaries of packets, each write becomes a packet, or several of at most 64 KiB, and is on its way
    /// without a flush. Disposing it disposes the stream. Not for streams with a deadline or without order.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="Mode"/> is not <see cref="DeliveryMode.Ordered"/>.</exception>
    public Stream AsStream() => new PacketStream(Ordered());

    /// <summary>
    /// The stream as a pair of pipes, without copying: the input's sequences are the received packets, and the output's memory is what is sent with the
    /// next flush. A flush waits while the send buffer is full. Completing the output completes the writes, with an exception it aborts the stream;
    /// completing the input throws away what still arrives. Each of both is for one user at a time. Not for streams with a deadline or without order.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="Mode"/> is not <see cref="DeliveryMode.Ordered"/>.</exception>
    public IDuplexPipe AsPipe() => new PacketPipe(Ordered());

    /// <summary>
    /// Completes the writes, and stops reading: what still arrives is thrown away, and a peer that goes on sending once it has everything is told to
    /// stop (abort with code 0). Returns at once; what was accepted is delivered while the session lives. To wait for that see <see cref="WritesClosed"/>.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        CompleteWrites();
        StopReading();
        return default;
    }

    internal void Attach(PacketChannel core)
    {
        Volatile.Write(ref _core, core);
        Session.OnStreamBegan(this);
    }

    internal void Accept() => _loopSide.RequestAccept();

    /// <summary>Ends both directions with any code.</summary>
    internal void AbortWith(ushort code)
    {
        _loopSide.RequestAbort(code);
        Outgoing.End(CreateSendException);
    }

    /// <summary>Nobody here handles streams.</summary>
    internal void Refuse() => AbortWith(StreamAbortCode.Refused);

    /// <summary>Whoever handled it failed.</summary>
    internal void AbortAsFailed() => AbortWith(StreamAbortCode.HandlerFailed);

    /// <summary>Throws what a send would throw, without one.</summary>
    internal void ThrowIfWritesEnded()
    {
        if (Outgoing.IsEnded)
        {
            throw CreateSendException();
        }
    }

    /// <summary>Throws away what waits and what still comes.</summary>
    internal void StopReading()
    {
        _received.End(CreateReadException);
        _loopSide.OnTaken(_received.Clear());
        _loopSide.RequestStopReading();
    }

    /// <summary>The session is being closed: nothing more is accepted, and what was goes to the protocol now. On the loop.</summary>
    internal void HandOverAll(long now)
    {
        Outgoing.End(CreateSendException);
        _loopSide.HandOverAll(now);
    }

    /// <summary>The peer waits for credit of the session; on the loop.</summary>
    internal void OnPeerWaits() => _loopSide.OnPeerWaits();

    /// <summary>Sends the buffer itself if there is room; if not it stays the caller's.</summary>
    internal bool TrySend(PacketBuffer packet)
    {
        var result = Outgoing.TryAdd(packet);
        if (result == SendResult.Ended)
        {
            throw CreateSendException();
        }

        if (result == SendResult.Accepted)
        {
            _loopSide.Post();
        }

        return result == SendResult.Accepted;
    }

    /// <summary>Sends the buffer itself, which is the caller's until the task has ended well.</summary>
    internal ValueTask SendAsync(PacketBuffer packet, CancellationToken cancellationToken) =>
        Finish(Outgoing.AddOrWait(packet, cancellationToken, out var waiting), waiting);

    /// <summary>Sends the buffer itself, whether there is room or not; for the end of a pipe.</summary>
    internal void SendLast(PacketBuffer packet)
    {
        if (Outgoing.Force(packet))
        {
            _loopSide.Post();
        }
        else
        {
            packet.Release();
        }
    }

    /// <summary>Ends the wait of a receive, or the next one's.</summary>
    internal void InterruptReceive() => _received.Interrupt();

    internal bool TakeInterruption() => _received.TakeInterruption();

    private UdpackStream Ordered() => Mode == DeliveryMode.Ordered
        ? this
        : throw new InvalidOperationException($"The stream's packets are not bytes in order: its Delivery is {Mode}.");

    private ValueTask SendAsync(ReadOnlyMemory<byte> packet, Confirmation? confirmation, CancellationToken cancellationToken)
    {
        Session.ThrowIfTooLarge(packet.Length);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled(cancellationToken)
            : Finish(Outgoing.AddOrWait(packet, confirmation, cancellationToken, out var waiting), waiting);
    }

    private ValueTask Finish(SendResult result, ValueTask waiting)
    {
        switch (result)
        {
            case SendResult.Accepted:
                _loopSide.Post();
                return default;
            case SendResult.Ended:
                return ValueTask.FromException(CreateSendException());
            default:
                return waiting;
        }
    }
}
