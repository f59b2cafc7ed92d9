using System.Diagnostics.CodeAnalysis;
using UDPack.Protocol.Collections;

namespace UDPack.Protocol.Delivery;

/// <summary>
/// The sending half of a channel: packets in order, each kept until all of it was acknowledged, cut into pieces as datagrams
/// have room, sent again where lost, started only when credit allows.
/// </summary>
internal struct PacketSender
{
    // _window[i] is packet number _first + i. Those from _next on were not sent completely yet.
    private RingQueue<OutgoingPacket> _window;
    private LostPieces _lost;
    private RingQueue<long> _skips;
    private long _first;
    private long _next;
    private long _unexpired;

    public PacketSender()
    {
        _first = _next = _unexpired = 1;
    }

    /// <summary>Whether everything queued is acknowledged, or given up and the peer knows.</summary>
    public readonly bool IsEmpty => _window.Count == 0;

    /// <summary>The number of the last packet queued; 0 if there was none.</summary>
    public readonly long LastNumber => _first + _window.Count - 1;

    /// <summary>The packet that is to be sent next for the first time, or the rest of it.</summary>
    public readonly long NextNumber => _next;

    public readonly bool HasUnsent => _next <= LastNumber;

    /// <summary>What the next unsent packet has to pay to be started; 0 if it was, or if there is none.</summary>
    public readonly long CostToStart => HasUnsent && Next.State != OutgoingState.Started ? Cost.Of(Next.Length) : 0;

    /// <summary>Whether the next unsent packet was given up before it was started: its turn is a skip.</summary>
    public readonly bool NextIsSkip => HasUnsent && Next.State == OutgoingState.Skipped;

    /// <summary>When the next packet is given up.</summary>
    public readonly long Deadline => _unexpired <= LastNumber ? _window[(int)(_unexpired - _first)].Deadline : long.MaxValue;

    private readonly ref OutgoingPacket Next => ref _window[(int)(_next - _first)];

    public void Enqueue(PacketBuffer packet, long deadline) =>
        _window.Enqueue(new OutgoingPacket { Buffer = packet, Deadline = deadline, Length = packet.Length });

    /// <summary>The next packet to tell the peer about as given up, without taking it.</summary>
    public bool TryPeekSkip(out long number)
    {
        while (_skips.TryPeek(out number))
        {
            if (number >= _first && _window[(int)(number - _first)].State == OutgoingState.Skipped)
            {
                return true;
            }

            _skips.DropHead();
        }

        return false;
    }

    /// <summary>The skip that was peeked is written.</summary>
    public void TakeSkip() => _skips.DropHead();

    /// <summary>The next packet's turn passed as a skip.</summary>
    public void TakeNextAsSkip() => _next++;

    /// <summary>The next bytes to send again, without taking them.</summary>
    public bool TryPeekLost(out PacketPiece piece)
    {
        while (_lost.TryPeek(out var lost))
        {
            if (IsWaiting(lost.Number))
            {
                if (lost.Length == 0)
                {
                    piece = lost;
                    return true;
                }

                var end = lost.Offset + lost.Length;
                var (start, gapEnd) = _window[(int)(lost.Number - _first)].Acknowledged.NextGap(lost.Offset, end);
                if (start < gapEnd)
                {
                    _lost.TakeFirst(start - lost.Offset);
                    piece = new PacketPiece(lost.Number, start, gapEnd - start);
                    return true;
                }
            }

            // Acknowledged or given up meanwhile.
            _lost.DropFirst();
        }

        piece = default;
        return false;
    }

    /// <summary>So many bytes of what <see cref="TryPeekLost"/> gave are written.</summary>
    public void TakeLost(int length) => _lost.TakeFirst(length);

    /// <summary>The next bytes to send for the first time, without taking them. The caller has seen to <see cref="CostToStart"/>.</summary>
    public readonly bool TryPeekNew(out PacketPiece piece)
    {
        if (!HasUnsent || NextIsSkip)
        {
            piece = default;
            return false;
        }

        ref var packet = ref Next;
        piece = new PacketPiece(_next, packet.Sent, packet.Length - packet.Sent);
        return true;
    }

    /// <summary>So many bytes of what <see cref="TryPeekNew"/> gave are written. True if that was the packet's end.</summary>
    public bool TakeNew(int length)
    {
        ref var packet = ref Next;
        packet.State = OutgoingState.Started;
        packet.Sent += length;
        if (packet.Sent < packet.Length)
        {
            return false;
        }

        _next++;
        return true;
    }

    /// <summary>The bytes of a piece; it must not have been acknowledged.</summary>
    public readonly ReadOnlySpan<byte> Bytes(in PacketPiece piece) =>
        _window[(int)(piece.Number - _first)].Buffer!.Span.Slice(piece.Offset, piece.Length);

    public readonly int LengthOf(long number) => _window[(int)(number - _first)].Length;

    public void OnLost(in PacketPiece piece)
    {
        if (IsWaiting(piece.Number))
        {
            _lost.Add(piece);
        }
    }

    /// <summary>Takes an acknowledgement. True if it completes the packet, whose buffer then belongs to the caller.</summary>
    public bool TryAcknowledge(in PacketPiece piece, [NotNullWhen(true)] out PacketBuffer? done)
    {
        done = null;
        if (!IsWaiting(piece.Number))
        {
            return false;
        }

        ref var packet = ref _window[(int)(piece.Number - _first)];
        if (piece.Length < packet.Length)
        {
            packet.Acknowledged.Add(piece.Offset, piece.Offset + piece.Length);
            if (packet.Acknowledged.Covered < packet.Length)
            {
                return false;
            }
        }

        done = Finish(ref packet, OutgoingState.Done)!;
        DropDone();
        return true;
    }

    /// <summary>Gives up the next packet whose deadline has come. True if it was not acknowledged yet; then its buffer belongs to the caller.</summary>
    public bool TryExpire(long now, [NotNullWhen(true)] out PacketBuffer? expired)
    {
        expired = null;
        while (expired is null && Deadline <= now)
        {
            var number = _unexpired++;
            ref var packet = ref _window[(int)(number - _first)];
            if (packet.Buffer is null)
            {
                continue;
            }

            var started = packet.State == OutgoingState.Started;
            expired = Finish(ref packet, OutgoingState.Skipped);
            if (!started)
            {
                // It keeps its turn, and costs what an empty packet does.
                packet.Length = 0;
                continue;
            }

            _skips.Enqueue(number);
            if (number == _next)
            {
                _next++;
            }
        }

        return expired is not null;
    }

    public void OnSkipLost(long number) => _skips.Enqueue(number);

    public void OnSkipAcknowledged(long number)
    {
        if (number < _first)
        {
            return;
        }

        _window[(int)(number - _first)].State = OutgoingState.Done;
        DropDone();
    }

    /// <summary>Takes out any packet that is left, sent or not.</summary>
    public bool TryDrain([NotNullWhen(true)] out PacketBuffer? packet)
    {
        _lost = default;
        _skips = default;
        while (_window.Count > 0)
        {
            ref var head = ref _window[0];
            packet = Finish(ref head, OutgoingState.Done);
            DropHead();
            if (packet is not null)
            {
                return true;
            }
        }

        packet = null;
        return false;
    }

    /// <summary>Gives memory back while there is nothing to send.</summary>
    public void Trim()
    {
        _window.Trim();
        _lost.Trim();
        _skips.Trim();
    }

    private readonly bool IsWaiting(long number) =>
        number >= _first && number <= LastNumber && _window[(int)(number - _first)].Buffer is not null;

    private static PacketBuffer? Finish(ref OutgoingPacket packet, OutgoingState state)
    {
        var buffer = packet.Buffer;
        packet.Buffer = null;
        packet.State = state;
        packet.Acknowledged.Release();
        return buffer;
    }

    private void DropDone()
    {
        while (_window.Count > 0 && _window[0].State == OutgoingState.Done)
        {
            DropHead();
        }
    }

    private void DropHead()
    {
        _window.DropHead();
        _first++;
        _next = Math.Max(_next, _first);
        _unexpired = Math.Max(_unexpired, _first);
    }
}
