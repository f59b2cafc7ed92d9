using UDPack.Protocol;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Sessions;
using UDPack.Sessions;

namespace UDPack;

/// <summary>Values of keys, of which only the newest counts.</summary>
public sealed partial class UdpackSession
{
    /// <summary>How many keys may wait for the peer's acknowledgement at once.</summary>
    public const int MaxLatestKeys = OutgoingValues.MaxKeys;

    /// <summary>The largest value of a key, in bytes, whatever the path.</summary>
    public const int MaxLatestBytes = Session.LargestValue;

    private LatestQueue? _latest;
    private UnreadAtEnd? _unread;
    private LatestOutbox? _latestOutbox;

    private LatestQueue Latest =>
        _latest ?? Interlocked.CompareExchange(ref _latest, new LatestQueue(_core.TableHash), null) ?? _latest;

    private LatestOutbox OutgoingLatest =>
        _latestOutbox ?? Interlocked.CompareExchange(ref _latestOutbox, new LatestOutbox(_core.TableHash, _core.Memory), null) ?? _latestOutbox;

    /// <summary>
    /// Sets the newest value of a key. It is sent at once, and again until the peer's transport has it, unless a newer one of the key has taken its place: so the last
    /// value always arrives if the session lives, the values before it perhaps not, and never one after a newer one. Never waits.
    /// </summary>
    /// <param name="key">Any number; what it stands for the applications agree on.</param>
    /// <param name="value">At most <see cref="MaxLatestBytes"/>.</param>
    /// <exception cref="UdpackException">
    /// The value is too large; the session has ended; <see cref="MaxLatestKeys"/> other keys wait for acknowledgement (<see cref="UdpackError.TooManyKeys"/>); or the
    /// endpoint's memory is used up, the session holds its share of it, and the value needs more than the one it replaces, if any (<see cref="UdpackError.MemoryUsedUp"/>).
    /// </exception>
    public void SendLatest(uint key, ReadOnlySpan<byte> value)
    {
        switch (AddLatest(key, value))
        {
            case SendResult.Ended:
                throw CreateEndException();
            case SendResult.Full:
                throw new UdpackException(
                    UdpackError.TooManyKeys, $"{MaxLatestKeys:N0} other keys wait for acknowledgement; set values of fewer keys at once, or send what belongs together as one value.");
            case SendResult.NoMemory:
                throw new UdpackException(
                    UdpackError.MemoryUsedUp, $"The memory of the endpoint's sessions is used up, and {MemoryBudget.AlwaysGranted:N0} bytes of this one wait to be sent or acknowledged; try again later.");
        }
    }

    /// <summary>Like <see cref="SendLatest"/>, but false when the session has ended or is being closed, and while <see cref="MaxLatestKeys"/> other keys wait or there is no memory for the value.</summary>
    /// <param name="key">Any number; what it stands for the applications agree on.</param>
    /// <param name="value">At most <see cref="MaxLatestBytes"/>.</param>
    /// <exception cref="UdpackException">The value is too large.</exception>
    public bool TrySendLatest(uint key, ReadOnlySpan<byte> value) => AddLatest(key, value) == SendResult.Accepted;

    /// <summary>
    /// Waits for the next value that the peer set; <see cref="UdpackPacket.Key"/> is its key. Of each key only values come that are newer than those before, and one that was not taken yet
    /// is replaced by a newer one. Dispose it when done with it.
    /// </summary>
    /// <exception cref="UdpackException">The session has ended and no value is left.</exception>
    /// <exception cref="InvalidOperationException">Another receive of values is waiting.</exception>
    /// <exception cref="OperationCanceledException">The token fired; no value is lost.</exception>
    public ValueTask<UdpackPacket> ReceiveLatestAsync(CancellationToken cancellationToken = default)
    {
        var latest = Latest;
        if (CloseReason is not null)
        {
            latest.End(CreateEndException);
        }

        var task = latest.TakeAsync(cancellationToken, out var taken);
        _loopSide.OnValueTaken(taken.Memory);
        return task;
    }

    /// <summary>Takes a value that has already arrived; false if none has, also after the session's end, which <see cref="CloseReason"/> tells.</summary>
    public bool TryReceiveLatest(out UdpackPacket value)
    {
        if (_latest is null || !_latest.TryTake(out value, out var taken))
        {
            value = default;
            return false;
        }

        _loopSide.OnValueTaken(taken.Memory);
        return true;
    }

    private SendResult AddLatest(uint key, ReadOnlySpan<byte> value)
    {
        if (value.Length > MaxLatestBytes)
        {
            throw new UdpackException(UdpackError.PacketTooLarge, $"The value has {value.Length:N0} bytes; a key's may have at most {MaxLatestBytes:N0}. Send it as a packet.");
        }

        if (IsClosing)
        {
            return SendResult.Ended;
        }

        var buffer = _buffers.Rent(value.Length);
        value.CopyTo(buffer.Span);
        buffer.Label = key;
        var result = OutgoingLatest.TryAdd(buffer);
        if (result == SendResult.Accepted)
        {
            _loopSide.Post();
        }
        else
        {
            buffer.Release();
        }

        return result;
    }

    private sealed partial class LoopSide
    {
        /// <summary>So much may be taken before the loop hears of it.</summary>
        private const long UnreportedValues = 16 << 10;

        private long _valuesTaken;

        public long ValuesHeld => session._latest?.Held ?? 0;

        public void OnValueTaken(long memory)
        {
            if (memory > 0 && (Interlocked.Add(ref _valuesTaken, memory) >= UnreportedValues || (session.CloseReason is not null && session._latest!.IsEmpty)))
            {
                Post();
            }
        }

        public bool TryTakeValue(Session core, PacketBuffer value)
        {
            switch (session.Latest.Add(value))
            {
                case AddResult.Kept:
                    Volatile.Read(ref session._observer)?.OnMessageWaits();
                    return true;
                case AddResult.Taken:
                    return true;
                default:
                    return false;
            }
        }

        public void OnValueDone(Session core, uint key) => session._latestOutbox?.OnDone(key);

        public void OnResting(Session core)
        {
            session._latest?.Trim();
            session._latestOutbox?.Trim();
        }
    }
}
