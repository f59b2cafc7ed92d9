using UDPack.Protocol.Delivery;
using UDPack.Sessions;

namespace UDPack;

/// <summary>Unreliable messages, in sequence or not.</summary>
public sealed partial class UdpackSession
{
    /// <summary>The largest lane of sequenced messages; the smallest is 1.</summary>
    public const int LastLane = (int)ReceivedLanes.Last;

    private PacketQueue? _messages;
    private MessageOutbox? _outbox;

    /// <summary>The largest unreliable message that can be sent now, in bytes: 1,160 on every path, more where larger datagrams are known to pass.</summary>
    public int MaxDatagramBytes => _core.MaxDatagramBytes;

    /// <summary>The largest sequenced message that can be sent now, in bytes: eight less than <see cref="MaxDatagramBytes"/>.</summary>
    public int MaxSequencedBytes => _core.MaxSequencedBytes;

    private MessageOutbox Outbox =>
        _outbox ?? Interlocked.CompareExchange(ref _outbox, new MessageOutbox(_options.DatagramQueueBytes, _core.Memory), null) ?? _outbox;

    private PacketQueue Messages =>
        _messages ?? Interlocked.CompareExchange(ref _messages, new PacketQueue(_options.DatagramQueueBytes), null) ?? _messages;

    /// <summary>
    /// Sends an unreliable message: once, in no order, perhaps never. It does not wait: when more is sent than the path takes, or the endpoint's memory is used up, the oldest
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
    public bool TrySendDatagram(ReadOnlySpan<byte> message) => TrySendMessage(0, message, MaxDatagramBytes);

    /// <summary>
    /// Sends an unreliable message in sequence: of one lane none arrives after a newer one, as it is dropped there when it comes too late
    /// (<see cref="UdpackSessionStatistics.MessagesLate"/>). Which are missing the receiver sees by <see cref="UdpackPacket.Number"/>, which counts the lane's messages from 1.
    /// Lanes know nothing of each other. In all else like <see cref="SendDatagram"/>.
    /// </summary>
    /// <param name="lane">1 to <see cref="LastLane"/>.</param>
    /// <param name="message">At most <see cref="MaxSequencedBytes"/>.</param>
    /// <exception cref="UdpackException">The message is too large, or the session has ended.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such lane.</exception>
    public void SendSequenced(int lane, ReadOnlySpan<byte> message)
    {
        if (!TrySendSequenced(lane, message))
        {
            throw CreateEndException();
        }
    }

    /// <summary>Like <see cref="SendSequenced"/>, but false when the session has ended or is being closed.</summary>
    /// <param name="lane">1 to <see cref="LastLane"/>.</param>
    /// <param name="message">At most <see cref="MaxSequencedBytes"/>.</param>
    /// <exception cref="UdpackException">The message is too large.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such lane.</exception>
    public bool TrySendSequenced(int lane, ReadOnlySpan<byte> message)
    {
        if (lane is < 1 or > LastLane)
        {
            throw new ArgumentOutOfRangeException(nameof(lane), lane, $"Lanes are 1 to {LastLane}.");
        }

        return TrySendMessage((uint)lane, message, MaxSequencedBytes);
    }

    /// <summary>Waits for the next unreliable message, sequenced (<see cref="UdpackPacket.Lane"/>) or not. Dispose it when done with it. When more arrive than are taken, the oldest are dropped.</summary>
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
    public bool TryReceiveDatagram(out UdpackPacket message)
    {
        message = default;
        return _messages is not null && _messages.TryTake(out message, out _);
    }

    private bool TrySendMessage(uint lane, ReadOnlySpan<byte> message, int largest)
    {
        if (message.Length > largest)
        {
            // The path may carry it: whoever only sends messages of this size would never find out.
            _loopSide.FindLargerDatagrams();
            throw new UdpackException(
                UdpackError.PacketTooLarge, $"The message has {message.Length:N0} bytes; the path carries at most {largest:N0} in one datagram.");
        }

        if (IsClosing)
        {
            return false;
        }

        var buffer = _buffers.Rent(message.Length);
        message.CopyTo(buffer.Span);
        buffer.Label = lane;
        if (!Outbox.TryAdd(buffer))
        {
            buffer.Release();
            return false;
        }

        _loopSide.Post();
        return true;
    }
}
