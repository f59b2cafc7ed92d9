using UDPack.Protocol;
using UDPack.Protocol.Delivery;

namespace UDPack.Sessions;

/// <summary>
/// Packets on their way from the application to the loop, and the bound on how much a session or stream may hold: everything
/// accepted counts until the peer acknowledged it. Who finds no room, or no memory as the endpoint's is used up, waits, first come, first served.
/// </summary>
internal sealed class SendQueue(PacketBufferPool buffers, long capacity, ISendQueueOwner owner, SessionMemory? memory = null) : IMemoryWaiter
{
    /// <summary>Larger packets are copied before the lock is taken: the loop must not wait for them, nor copy them itself.</summary>
    private const int LargestCopyInside = 64 * 1024;

    private PacketBuffer? _first;
    private PacketBuffer? _last;
    private SendWaiter? _firstWaiter;
    private SendWaiter? _lastWaiter;
    private SendWaiter? _spare;
    private SendRoom _room = new(buffers, capacity, memory);
    private bool _waitsForMemory;
    private bool _ended;

    /// <summary>Whether nothing is accepted any more.</summary>
    public bool IsEnded => Volatile.Read(ref _ended);

    /// <summary>Copies the packet in if there is room and nobody waits.</summary>
    public SendResult TryAdd(ReadOnlySpan<byte> packet, IPacketConfirmation? confirmation)
    {
        if (packet.Length <= LargestCopyInside)
        {
            lock (this)
            {
                var result = CheckRoom(packet.Length);
                if (result == SendResult.Accepted)
                {
                    Append(Copy(packet, confirmation));
                }

                return result;
            }
        }

        lock (this)
        {
            if (CheckRoom(packet.Length) is not SendResult.Accepted and var result)
            {
                return result;
            }
        }

        var copy = Copy(packet, confirmation);
        lock (this)
        {
            var result = CheckRoom(packet.Length);
            if (result == SendResult.Accepted)
            {
                Append(copy);
            }
            else
            {
                copy.Release();
            }

            return result;
        }
    }

    /// <summary>Copies the packet in if there is room, or when there was: then the task ends.</summary>
    public SendResult AddOrWait(
        ReadOnlyMemory<byte> packet, IPacketConfirmation? confirmation, CancellationToken cancellationToken, out ValueTask waiting)
    {
        // Nor copied to wait where there is no memory: the loop copies it then, as the lesser evil.
        if (packet.Length <= LargestCopyInside || _room.IsMemoryUsedUp)
        {
            return AddOrWait(new PacketToSend(packet, confirmation), cancellationToken, out waiting);
        }

        var copy = Copy(packet.Span, confirmation);
        var result = AddOrWait(new PacketToSend(copy, IsCopy: true), cancellationToken, out waiting);
        if (result == SendResult.Ended)
        {
            copy.Release();
        }

        return result;
    }

    /// <summary>Takes the buffer itself if there is room; if not it stays the caller's.</summary>
    public SendResult TryAdd(PacketBuffer packet)
    {
        lock (this)
        {
            var result = CheckRoom(packet.Length);
            if (result == SendResult.Accepted)
            {
                Append(packet);
            }

            return result;
        }
    }

    /// <summary>Takes the buffer itself if there is room, or when there was; until then it is the caller's.</summary>
    public SendResult AddOrWait(PacketBuffer packet, CancellationToken cancellationToken, out ValueTask waiting) =>
        AddOrWait(new PacketToSend(packet, IsCopy: false), cancellationToken, out waiting);

    /// <summary>Takes the buffer itself whether there is room or not; false if nothing is accepted any more.</summary>
    public bool Force(PacketBuffer packet)
    {
        lock (this)
        {
            if (!_ended)
            {
                Append(packet);
            }

            return !_ended;
        }
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
    /// <param name="packetLength">Its length.</param>
    /// <param name="newCapacity">How much may be held from now on; null to leave that as it is.</param>
    /// <param name="packetMemory">What it took.</param>
    public bool Release(int packetLength, long? newCapacity = null, long packetMemory = 0)
    {
        SendWaiter? admitted;
        lock (this)
        {
            _room.GiveBack(packetLength, packetMemory, newCapacity);
            admitted = AdmitLocked();
        }

        return CompleteAll(admitted);
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
                _room.RemoveCopy(waiter.Packet);
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

    /// <summary>A wait is given up; false if it had ended. Those it held up may fit where it did not.</summary>
    public bool TryRemove(SendWaiter waiter)
    {
        SendWaiter? admitted;
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
            admitted = previous is null ? AdmitLocked() : null;
        }

        if (CompleteAll(admitted))
        {
            owner.OnAdmitted();
        }

        return true;
    }

    public void Recycle(SendWaiter waiter)
    {
        lock (this)
        {
            _spare = waiter;
        }
    }

    void IMemoryWaiter.OnMemory()
    {
        SendWaiter? admitted;
        lock (this)
        {
            _waitsForMemory = false;
            admitted = AdmitLocked();
        }

        if (CompleteAll(admitted))
        {
            owner.OnAdmitted();
        }
    }

    private SendResult AddOrWait(in PacketToSend packet, CancellationToken cancellationToken, out ValueTask waiting)
    {
        waiting = default;
        SendWaiter waiter;
        bool waitsForMemory;
        lock (this)
        {
            var result = CheckRoom(packet.Length);
            if (result == SendResult.Accepted)
            {
                Append(packet.Buffer ?? Copy(packet.Bytes.Span, packet.Confirmation));
            }

            if (result != SendResult.Full)
            {
                return result;
            }

            waiter = _spare ?? new SendWaiter(this);
            _spare = null;
            waiter.Next = null;
            waiting = waiter.Begin(packet);
            if (_lastWaiter is null)
            {
                _firstWaiter = waiter;
            }
            else
            {
                _lastWaiter.Next = waiter;
            }

            _lastWaiter = waiter;
            _room.AddCopy(packet);
            waitsForMemory = WaitForMemoryIfLacking();
        }

        if (waitsForMemory)
        {
            // So that the loop has a turn in which it sees who waits, whatever it did meanwhile.
            owner.OnAdmitted();
        }

        waiter.Observe(cancellationToken);
        return SendResult.Full;
    }

    /// <summary>Takes the packets of those who waited and have room now; they are linked, and still to be told.</summary>
    private SendWaiter? AdmitLocked()
    {
        SendWaiter? admitted = null;
        SendWaiter? lastAdmitted = null;
        while (_firstWaiter is { } waiter && _room.Has(waiter.Packet.Length))
        {
            Unlink(null, waiter);
            Append(waiter.Packet.Buffer ?? Copy(waiter.Packet.Bytes.Span, waiter.Packet.Confirmation));
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

        WaitForMemoryIfLacking();
        return admitted;
    }

    private bool WaitForMemoryIfLacking()
    {
        if (_firstWaiter is null || !_room.LacksMemory || _waitsForMemory)
        {
            return false;
        }

        _waitsForMemory = true;
        _room.WaitForMemory(this);
        return true;
    }

    /// <summary>True if there was any.</summary>
    private static bool CompleteAll(SendWaiter? admitted)
    {
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

    private SendResult CheckRoom(int length) =>
        _ended ? SendResult.Ended : _firstWaiter is not null || !_room.Has(length) ? SendResult.Full : SendResult.Accepted;

    private PacketBuffer Copy(ReadOnlySpan<byte> packet, IPacketConfirmation? confirmation)
    {
        var buffer = buffers.Rent(packet.Length);
        packet.CopyTo(buffer.Span);
        buffer.Confirmation = confirmation;
        return buffer;
    }

    private void Append(PacketBuffer buffer)
    {
        buffer.Next = null;
        _room.Take(buffer);
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
        _room.RemoveCopy(waiter.Packet);
    }
}

/// <summary>What became of an attempt to send.</summary>
internal enum SendResult
{
    Accepted,
    Full,
    Ended,

    /// <summary>There is no memory for it, and it cannot wait.</summary>
    NoMemory,
}
