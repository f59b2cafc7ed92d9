using System.IO.Pipelines;
using System.Runtime.CompilerServices;
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
    private readonly SendQueue _outgoing;
    private readonly LoopSide _loopSide;
    private readonly TaskCompletionSource _writesClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _readsClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StreamChannel? _core;
    private StreamEnd? _end;
    private int _isCompleting;

    internal UdpackStream(UdpackSession session, DeliveryMode mode, int priority)
    {
        Session = session;
        Mode = mode;
        Priority = priority;
        _outgoing = session.CreateStreamSendQueue();
        _loopSide = new LoopSide(this);
    }

    /// <summary>The session it belongs to.</summary>
    public UdpackSession Session { get; }

    /// <summary>The stream's id: even if the client opened it, odd if the server did.</summary>
    public uint Id => Core.Id;

    /// <summary>How packets are delivered; its opener chose.</summary>
    public DeliveryMode Mode { get; }

    /// <summary>The priority of what this side sends, 0 to 7. That of a stream the peer opened is 3.</summary>
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

    internal PacketQueue Received => _received;

    private StreamChannel Core => _core!;

    /// <summary>
    /// Queues a packet for delivery; waits while the send buffer is full. Completes when the packet is accepted, not when it has arrived. The
    /// memory may be reused when the task has ended.
    /// </summary>
    /// <exception cref="UdpackException">The packet is larger than <see cref="MaxPacketBytes"/>, the stream was aborted, or the session has ended.</exception>
    /// <exception cref="InvalidOperationException">This side has completed its writes.</exception>
    /// <exception cref="OperationCanceledException">The token fired while waiting; the packet is not sent.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken = default) =>
        SendAsync(packet, null, cancellationToken);

    /// <summary>Like <see cref="SendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, and waits until the peer's transport has acknowledged the packet.</summary>
    /// <exception cref="UdpackException">
    /// As for sending; also when stream or session end before the acknowledgement, and with <see cref="UdpackError.PacketExpired"/> when a packet of a stream
    /// with a deadline was given up: then it may or may not have arrived.
    /// </exception>
    /// <exception cref="InvalidOperationException">This side has completed its writes.</exception>
    /// <exception cref="OperationCanceledException">The token fired; once accepted the packet is sent all the same.</exception>
    public async ValueTask SendAndConfirmAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken = default)
    {
        var confirmation = new Confirmation(CreateEndException);
        await SendAsync(packet, confirmation, cancellationToken).ConfigureAwait(false);
        await confirmation.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Queues a packet if the send buffer has room for it now; false if not.</summary>
    /// <exception cref="UdpackException">The packet is larger than <see cref="MaxPacketBytes"/>, the stream was aborted, or the session has ended.</exception>
    /// <exception cref="InvalidOperationException">This side has completed its writes.</exception>
    public bool TrySend(ReadOnlySpan<byte> packet)
    {
        Session.ThrowIfTooLarge(packet.Length);
        switch (_outgoing.TryAdd(packet, null))
        {
            case SendResult.Accepted:
                _loopSide.Post();
                return true;
            case SendResult.Ended:
                throw CreateSendException();
            default:
                return false;
        }
    }

    /// <summary>Waits for the next packet; <see cref="UdpackPacket.IsEnd"/> when the peer has completed its writes and no packet is left. Dispose it when done with it.</summary>
    /// <exception cref="UdpackException">The stream was aborted, or the session has ended, before the peer completed its writes.</exception>
    /// <exception cref="InvalidOperationException">Another receive is waiting.</exception>
    /// <exception cref="OperationCanceledException">The token fired; no packet is lost.</exception>
    public ValueTask<UdpackPacket> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        var task = _received.TakeAsync(cancellationToken, out var takenCost);
        if (takenCost > 0)
        {
            _loopSide.OnTaken(takenCost);
        }

        return task;
    }

    /// <summary>Takes a packet that has already arrived.</summary>
    public bool TryReceive(out UdpackPacket packet)
    {
        if (!_received.TryTake(out packet, out var cost))
        {
            return false;
        }

        _loopSide.OnTaken(cost);
        return true;
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

    /// <summary>This side sends nothing more; everything accepted is still delivered, and then the peer learns of the end. The other direction stays open.</summary>
    public void CompleteWrites()
    {
        if (Interlocked.Exchange(ref _isCompleting, 1) == 0)
        {
            _outgoing.End(CreateSendException);
            _loopSide.RequestFinish();
        }
    }

    /// <summary>Ends both directions at once; what is unacknowledged may be lost, and what was not received is thrown away. Does nothing if the stream is over.</summary>
    /// <param name="code">Told to the peer's application: 0 cancelled, 1 refused, or 256 and above as the applications agree.</param>
    public void Abort(ushort code = 0)
    {
        _outgoing.End(CreateSendException);
        _loopSide.RequestAbort(code);
    }

    /// <summary>
    /// The stream as bytes: reads run over the boundaries of packets, each write becomes a packet, or several of at most 64 KiB.
    /// Disposing it disposes the stream. Not for streams with a deadline or without order.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="Mode"/> is not <see cref="DeliveryMode.Ordered"/>.</exception>
    public Stream AsStream() => new PacketStream(Ordered());

    /// <summary>
    /// The stream as a pair of pipes over <see cref="AsStream"/>: completing the output completes the writes, completing the input throws away what still arrives.
    /// </summary>
    /// <exception cref="InvalidOperationException"><see cref="Mode"/> is not <see cref="DeliveryMode.Ordered"/>.</exception>
    public IDuplexPipe AsPipe() => new PacketPipe(Ordered());

    /// <summary>
    /// Completes the writes, and stops reading: what still arrives is thrown away, and once everything sent was acknowledged, a peer that still sends is
    /// told to stop (abort with code 0). Returns at once; what was accepted is delivered while the session lives.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        CompleteWrites();
        StopReading();
        return default;
    }

    internal void Attach(StreamChannel core) => Volatile.Write(ref _core, core);

    internal void Accept() => _loopSide.RequestAccept();

    /// <summary>Throws away what waits and what still comes.</summary>
    internal void StopReading()
    {
        _received.End(CreateReadException);
        while (TryReceive(out var packet))
        {
            packet.Dispose();
        }

        _loopSide.RequestStopReading();
    }

    private UdpackStream Ordered() => Mode == DeliveryMode.Ordered
        ? this
        : throw new InvalidOperationException($"The stream's packets are not bytes in order: its Delivery is {Mode}.");

    private ValueTask SendAsync(ReadOnlyMemory<byte> packet, Confirmation? confirmation, CancellationToken cancellationToken)
    {
        Session.ThrowIfTooLarge(packet.Length);
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
                return ValueTask.FromException(CreateSendException());
            default:
                return waiting;
        }
    }

    private Exception CreateSendException() =>
        _end is null && _loopSide.AbortCode is null && Volatile.Read(ref _isCompleting) != 0
            ? new InvalidOperationException("This side of the stream has completed its writes.")
            : CreateEndException();

    private Exception CreateReadException() =>
        _end is null && _loopSide.AbortCode is null ? new ObjectDisposedException(nameof(UdpackStream)) : CreateEndException();

    private Exception CreateEndException() => (_end?.Cause, _loopSide.AbortCode) switch
    {
        (StreamEndCause.SessionEnded, _) => Session.CreateEndException(),
        (StreamEndCause.AbortedByPeer, _) => Aborted("The peer", _end!.Value.Code),
        (StreamEndCause.Aborted, _) => Aborted("This side", _end!.Value.Code),
        (null, { } code) => Aborted("This side", code),
        _ => new UdpackException(UdpackError.StreamAborted, "The stream is over."),
    };

    private static UdpackException Aborted(string who, ushort code) =>
        new(UdpackError.StreamAborted, $"{who} gave the stream up (code {code}{Meaning(code)}).") { ApplicationCode = code };

    private static string Meaning(ushort code) => code switch
    {
        StreamAbortCode.Cancelled => ", cancelled",
        StreamAbortCode.Refused => ", refused",
        StreamAbortCode.HandlerFailed => ", its handler failed",
        _ => string.Empty,
    };

    private void OnEnded(in StreamEnd end)
    {
        _end = end;
        _outgoing.End(CreateSendException);
        if (end.Cause == StreamEndCause.Completed)
        {
            _writesClosed.TrySetResult();
            _readsClosed.TrySetResult();
            _received.End(null);
            return;
        }

        if (end.Cause is StreamEndCause.Aborted or StreamEndCause.AbortedByPeer && !_readsClosed.Task.IsCompletedSuccessfully)
        {
            _received.End(CreateEndException);
            _received.Clear();
            Session.OnStreamGivenUp(this);
        }

        _received.End(CreateEndException);
        _writesClosed.TrySetException(CreateEndException());
        _readsClosed.TrySetException(CreateEndException());

        // Whoever never looks at them must not hear of unobserved exceptions.
        _ = _writesClosed.Task.Exception;
        _ = _readsClosed.Task.Exception;
    }
}
