using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using UDPack.Loop;
using UDPack.Protocol;
using UDPack.Protocol.Delivery;
using UDPack.Sessions;

namespace UDPack;

public sealed partial class UdpackSession
{
    // Made when they are needed: most sessions of devices need none.
    private StreamAcceptQueue? _accepting;
    private PacketQueue? _messages;
    private MessageOutbox? _outbox;
    private IArrivalObserver? _observer;

    /// <summary>The largest unreliable message that can be sent now, in bytes: 1,160 on every path, more where larger datagrams are known to pass.</summary>
    public int MaxDatagramBytes => _core.MaxDatagramBytes;

    /// <summary>What a session or a stream may hold for sending: what fills the path, and the application's share.</summary>
    internal long SendCapacity => StreamSendCapacity(null);

    /// <summary>How many streams the peer may have open.</summary>
    internal int MaxStreams => _options.MaxStreams;

    internal int StreamCreditBytes => _options.StreamCreditBytes;

    /// <summary>Whether what was consumed should be reported as soon as nothing is left to take.</summary>
    internal bool PeerWaits => _loopSide.PeerWaits;

    internal PacketBufferPool Buffers => _buffers;

    private StreamAcceptQueue Accepting =>
        _accepting ?? Interlocked.CompareExchange(ref _accepting, new StreamAcceptQueue(), null) ?? _accepting;

    private MessageOutbox Outbox =>
        _outbox ?? Interlocked.CompareExchange(ref _outbox, new MessageOutbox(_options.DatagramQueueBytes), null) ?? _outbox;

    private PacketQueue Messages =>
        _messages ?? Interlocked.CompareExchange(ref _messages, new PacketQueue(_options.DatagramQueueBytes), null) ?? _messages;

    /// <summary>
    /// Opens a stream. Waits only while as many are open as the peer allows; data may be sent at once, and the peer sees the stream
    /// with the first of it.
    /// </summary>
    /// <param name="options">Delivery, deadline and priority; null for an ordered stream.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UdpackException">The session has ended or is being closed.</exception>
    /// <exception cref="ArgumentException">The options contradict each other; the message says how.</exception>
    /// <exception cref="InvalidOperationException">The peer accepts no streams at all.</exception>
    /// <exception cref="OperationCanceledException">The token fired; no stream is open.</exception>
    public ValueTask<UdpackStream> OpenStreamAsync(UdpackStreamOptions? options = null, CancellationToken cancellationToken = default)
    {
        var settings = StreamSettingsOf(options ?? new UdpackStreamOptions());
        if (_core.MaxLocalStreams == 0)
        {
            throw new InvalidOperationException("The peer accepts no streams. Raise MaxStreams there.");
        }

        var stream = new UdpackStream(this, settings.Mode, settings.Priority, options?.SendBufferBytes);
        return _loopSide.OpenAsync(new StreamOpening(stream, settings), cancellationToken);
    }

    /// <summary>The next stream that the peer opened. Several calls may wait.</summary>
    /// <exception cref="UdpackException">The session has ended, and no stream is left.</exception>
    /// <exception cref="OperationCanceledException">The token fired; no stream is lost.</exception>
    public async ValueTask<UdpackStream> AcceptStreamAsync(CancellationToken cancellationToken = default)
    {
        var accepting = Accepting;
        if (CloseReason is not null)
        {
            accepting.End(CreateEndException);
        }

        var stream = await accepting.TakeAsync(cancellationToken).ConfigureAwait(false);
        stream.Accept();
        return stream;
    }

    /// <summary>The streams that the peer opens, until the session ends normally; throws if it ends otherwise.</summary>
    /// <exception cref="UdpackException">The session ended with an error or expired.</exception>
    public async IAsyncEnumerable<UdpackStream> AcceptStreamsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            UdpackStream stream;
            try
            {
                stream = await AcceptStreamAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (UdpackException exception) when (exception.Error == UdpackError.SessionClosed)
            {
                yield break;
            }

            yield return stream;
        }
    }

    /// <summary>
    /// Sends an unreliable message: once, in no order, perhaps never. It does not wait: when more is sent than the path takes, the oldest
    /// messages are dropped (<see cref="UdpackSessionStatistics.MessagesDropped"/> counts them).
    /// </summary>
    /// <exception cref="UdpackException">The message is larger than <see cref="MaxDatagramBytes"/>, or the session has ended.</exception>
    public void SendDatagram(ReadOnlySpan<byte> message)
    {
        if (!TrySendDatagram(message))
        {
            throw CreateEndException();
        }
    }

    /// <summary>
    /// Like <see cref="SendDatagram"/>, but false when the session has ended or is being closed: for whoever sends to many and does not care which of them have
    /// gone in this moment.
    /// </summary>
    /// <exception cref="UdpackException">The message is larger than <see cref="MaxDatagramBytes"/>.</exception>
    public bool TrySendDatagram(ReadOnlySpan<byte> message)
    {
        if (message.Length > MaxDatagramBytes)
        {
            // The path may carry it: whoever only sends messages of this size would never find out.
            _loopSide.FindLargerDatagrams();
            throw new UdpackException(
                UdpackError.PacketTooLarge, $"The message has {message.Length:N0} bytes; the path carries at most {MaxDatagramBytes:N0} in one datagram.");
        }

        if (IsClosing)
        {
            return false;
        }

        var buffer = _buffers.Rent(message.Length);
        message.CopyTo(buffer.Span);
        Outbox.Add(buffer);
        _loopSide.Post();
        return true;
    }

    /// <summary>Waits for the next unreliable message. Dispose it when done with it. When more arrive than are taken, the oldest are dropped.</summary>
    /// <exception cref="UdpackException">The session has ended and no message is left.</exception>
    /// <exception cref="InvalidOperationException">Another receive of messages is waiting.</exception>
    /// <exception cref="OperationCanceledException">The token fired; no message is lost.</exception>
    public ValueTask<UdpackPacket> ReceiveDatagramAsync(CancellationToken cancellationToken = default)
    {
        var messages = Messages;
        if (CloseReason is not null)
        {
            messages.End(CreateEndException);
        }

        return messages.TakeAsync(cancellationToken, out _);
    }

    /// <summary>Takes an unreliable message that has already arrived; false if none has, also after the session's end, which <see cref="CloseReason"/> tells.</summary>
    public bool TryReceiveDatagram(out UdpackPacket message) => Messages.TryTake(out message, out _);

    /// <summary>Has someone told of what arrives, and of what waits already.</summary>
    internal void Observe(IArrivalObserver observer)
    {
        // Written first: what arrives from now on is told by the loop, what came before is seen here.
        Interlocked.Exchange(ref _observer, observer);
        if (_accepting is { IsEmpty: false })
        {
            observer.OnStreamWaits();
        }

        if (_messages is { IsEmpty: false })
        {
            observer.OnDatagramWaits();
        }
    }

    /// <summary>Accepts a stream that has already arrived.</summary>
    internal bool TryAcceptStream([NotNullWhen(true)] out UdpackStream? stream)
    {
        if (!Accepting.TryTake(out stream))
        {
            return false;
        }

        stream.Accept();
        return true;
    }

    internal SendQueue CreateStreamSendQueue(int? sendBufferBytes, ISendQueueOwner owner) =>
        new(_buffers, sendBufferBytes ?? _options.SendBufferBytes, owner);

    internal void Post(LoopWork work) => _loop.Post(work);

    /// <summary>A stream is open from now on; on the loop.</summary>
    internal void OnStreamBegan(UdpackStream stream) => _loopSide.Add(stream);

    /// <summary>A stream is over; on the loop.</summary>
    internal void OnStreamOver(UdpackStream stream) => _loopSide.Remove(stream);

    /// <summary>A stream was given up: nobody needs to accept it any more.</summary>
    internal void OnStreamGivenUp(UdpackStream stream) => _accepting?.Remove(stream);

    /// <summary>What one of the session's streams may hold for sending.</summary>
    internal long StreamSendCapacity(int? sendBufferBytes)
    {
        var share = sendBufferBytes ?? _options.SendBufferBytes;
        return Math.Max(share, Math.Min(_options.MaxSendBufferBytes, share + (2 * _core.CongestionWindow)));
    }

    private static StreamSettings StreamSettingsOf(UdpackStreamOptions options)
    {
        if (!Enum.IsDefined(options.Delivery))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Delivery, "Delivery must be Ordered, Unordered or Deadline.");
        }

        if (options.Priority is < 0 or > StreamSettings.HighestPriority)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Priority, "Priority must be 0 to 7.");
        }

        if (options.SendBufferBytes is < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.SendBufferBytes, "SendBufferBytes must be positive.");
        }

        if (options.Delivery != DeliveryMode.Deadline)
        {
            return options.Deadline is null
                ? new StreamSettings(options.Delivery, options.Priority)
                : throw new ArgumentException("Deadline is only for streams with Delivery = DeliveryMode.Deadline.", nameof(options));
        }

        return options.Deadline is { } deadline && deadline >= TimeSpan.FromMilliseconds(1)
            ? new StreamSettings(options.Delivery, options.Priority, (long)deadline.TotalMicroseconds)
            : throw new ArgumentException("A stream with Delivery = DeliveryMode.Deadline needs a Deadline of at least 1 ms.", nameof(options));
    }
}
