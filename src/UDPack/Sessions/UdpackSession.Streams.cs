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
    private IArrivalObserver? _observer;

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

    /// <summary>Has someone told of what arrives, and of what waits already.</summary>
    internal void Observe(IArrivalObserver observer)
    {
        // Written first: what arrives from now on is told by the loop, what came before is seen here.
        Interlocked.Exchange(ref _observer, observer);
        if (_accepting is { IsEmpty: false })
        {
            observer.OnStreamWaits();
        }

        if (_messages is { IsEmpty: false } || _latest is { IsEmpty: false })
        {
            observer.OnMessageWaits();
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
        new(_buffers, sendBufferBytes ?? _options.SendBufferBytes, owner, Memory);

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
