using UDPack.Protocol;

namespace UDPack.Sessions;

/// <summary>
/// Packets on their way from the application to the loop, and the bound on how much a session may hold: everything accepted
/// counts until the peer acknowledged it. Who finds no room waits, first come, first served.
/// </summary>
internal sealed class SendQueue(PacketBufferPool buffers, long capacity)
{
    /// <summary>Small packets are not free to hold either.</summary>
    private const int CostPerPacket = 64;

    private PacketBuffer? _first;
    private PacketBuffer? _last;
    private SendWaiter? _firstWaiter;
    private SendWaiter? _lastWaiter;
    private SendWaiter? _spare;
    private long _held;
    private long _capacity = capacity;
    private bool _ended;

    /// <summary>How much may be held. What waits for room sees a change with the next packet that is done.</summary>
    public long Capacity
    {
        get => Volatile.Read(ref _capacity);
        set => Volatile.Write(ref _capacity, value);
    }

    /// <summary>Copies the packet in if there is room and nobody waits.</summary>
    public SendResult TryAdd(ReadOnlySpan<byte> packet, IPacketConfirmation? confirmation)
    {
        lock (this)
        {
            return TryAddLocked(packet, confirmation);
        }
    }

    /// <summary>As <see cref="TryAdd"/>, or a task that ends when there was room.</summary>
    public SendResult AddOrWait(
        ReadOnlyMemory<byte> packet, IPacketConfirmation? confirmation, CancellationToken cancellationToken, out ValueTask waiting)
    {
        waiting = default;
        SendWaiter waiter;
        lock (this)
        {
            var result = TryAddLocked(packet.Span, confirmation);
            if (result != SendResult.Full)
            {
                return result;
            }

            waiter = _spare ?? new SendWaiter(this);
            _spare = null;
            waiter.Next = null;
            waiting = waiter.Begin(packet, confirmation);
            if (_lastWaiter is null)
            {
                _firstWaiter = waiter;
            }
            else
            {
                _lastWaiter.Next = waiter;
            }

            _lastWaiter = waiter;
        }

        waiter.Observe(cancellationToken);
        return SendResult.Full;
    }

    /// <summary>What was accepted since the last call, the first first; linked by <see cref="PacketBuffer.Next"/>.</summary>
    public PacketBuffer? TakeAll()
    {
        lock (this)
        {
            var first = _first;
            _first = _last = null;
            return first;
        }
    }

    /// <summary>A packet is done with: makes room, and lets in who waits. True if anyone was let in.</summary>
    public bool Release(int packetLength)
    {
        SendWaiter? admitted = null;
        SendWaiter? lastAdmitted = null;
        lock (this)
        {
            _held -= packetLength + CostPerPacket;
            while (_firstWaiter is { } waiter && HasRoomFor(waiter.Packet.Length))
            {
                Unlink(null, waiter);
                Append(waiter.Packet.Span, waiter.Confirmation);
                if (lastAdmitted is null)
                {
                    admitted = waiter;
                }
                else
                {
                    lastAdmitted.Next = waiter;
                }

                lastAdmitted = waiter;
            }
        }

        var any = admitted is not null;
        while (admitted is not null)
        {
            // Read first: a completed waiter may be in use again.
            var next = admitted.Next;
            admitted.Next = null;
            admitted.Complete();
            admitted = next;
        }

        return any;
    }

    /// <summary>Nothing is accepted any more.</summary>
    public void End(Func<Exception> exception)
    {
        SendWaiter? waiters;
        lock (this)
        {
            _ended = true;
            waiters = _firstWaiter;
            _firstWaiter = _lastWaiter = null;
            for (var waiter = waiters; waiter is not null; waiter = waiter.Next)
            {
                waiter.IsWaiting = false;
            }
        }

        while (waiters is not null)
        {
            var next = waiters.Next;
            waiters.Next = null;
            waiters.Fail(exception());
            waiters = next;
        }
    }

    public bool TryRemove(SendWaiter waiter)
    {
        lock (this)
        {
            if (!waiter.IsWaiting)
            {
                return false;
            }

            SendWaiter? previous = null;
            for (var other = _firstWaiter; other != waiter; other = other!.Next)
            {
                previous = other;
            }

            Unlink(previous, waiter);
            return true;
        }
    }

    public void Recycle(SendWaiter waiter)
    {
        lock (this)
        {
            _spare = waiter;
        }
    }

    private SendResult TryAddLocked(ReadOnlySpan<byte> packet, IPacketConfirmation? confirmation)
    {
        if (_ended)
        {
            return SendResult.Ended;
        }

        if (_firstWaiter is not null || !HasRoomFor(packet.Length))
        {
            return SendResult.Full;
        }

        Append(packet, confirmation);
        return SendResult.Accepted;
    }

    // One packet always has room, or one larger than the bound could never be sent.
    private bool HasRoomFor(int length) => _held == 0 || _held + length + CostPerPacket <= Capacity;

    private void Append(ReadOnlySpan<byte> packet, IPacketConfirmation? confirmation)
    {
        var buffer = buffers.Rent(packet.Length);
        packet.CopyTo(buffer.Span);
        buffer.Confirmation = confirmation;
        buffer.Next = null;
        _held += packet.Length + CostPerPacket;
        if (_last is null)
        {
            _first = buffer;
        }
        else
        {
            _last.Next = buffer;
        }

        _last = buffer;
    }

    private void Unlink(SendWaiter? previous, SendWaiter waiter)
    {
        if (previous is null)
        {
            _firstWaiter = waiter.Next;
        }
        else
        {
            previous.Next = waiter.Next;
        }

        if (_lastWaiter == waiter)
        {
            _lastWaiter = previous;
        }

        waiter.Next = null;
        waiter.IsWaiting = false;
    }
}

/// <summary>What became of an attempt to send.</summary>
internal enum SendResult
{
    Accepted,
    Full,
    Ended,
}
