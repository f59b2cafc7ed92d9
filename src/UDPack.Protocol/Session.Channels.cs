using System.Buffers.Binary;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol;

/// <summary>Packets and stream frames to send.</summary>
internal sealed partial class Session
{
    /// <summary>A piece of a packet is worth its header from this size on.</summary>
    private const int LeastPiece = 64;

    /// <summary>Smaller packets are never cut: that would cost more than the room it fills.</summary>
    private const int LargestUncut = 256;

    private SendCredit _credit;
    private bool _blockedInFlight;

    private enum Turn
    {
        /// <summary>The datagram has no room for more.</summary>
        Full,

        /// <summary>Others may come first now.</summary>
        Over,

        /// <summary>Nothing is left to send.</summary>
        Done,

        /// <summary>The stream has no credit.</summary>
        Blocked,

        /// <summary>The session has no credit.</summary>
        Parked,
    }

    private void WriteChannels(ref DatagramBuilder datagram)
    {
        while (_scheduler.TryPeek(out var channel))
        {
            var before = datagram.Length;
            switch (WriteChannel(ref datagram, channel))
            {
                case Turn.Full:
                    if (datagram.Length > before)
                    {
                        // It had what there was; the next datagram begins with the next channel.
                        _scheduler.Rotate();
                    }

                    return;
                case Turn.Over:
                    _scheduler.Rotate();
                    break;
                case Turn.Parked:
                    _scheduler.Park();
                    break;
                default:
                    _scheduler.RemoveFirst();
                    break;
            }
        }
    }

    private Turn WriteChannel(ref DatagramBuilder datagram, Channel channel)
    {
        var stream = channel as StreamChannel;
        var start = datagram.Length;
        while (channel.Sender.TryPeekSkip(out var skipped))
        {
            if (!TryWriteSkip(ref datagram, stream!, skipped))
            {
                return Turn.Full;
            }

            channel.Sender.TakeSkip();
        }

        while (channel.Sender.TryPeekLost(out var piece))
        {
            if (!TryWritePiece(ref datagram, channel, stream, piece, out var written))
            {
                return Turn.Full;
            }

            channel.Sender.TakeLost(written);
            if (datagram.Length - start >= SendScheduler.Quantum)
            {
                return Turn.Over;
            }
        }

        return WriteNew(ref datagram, channel, stream, start);
    }

    private Turn WriteNew(ref DatagramBuilder datagram, Channel channel, StreamChannel? stream, int start)
    {
        while (channel.Sender.HasUnsent)
        {
            var cost = channel.Sender.CostToStart;
            if (stream is not null && !stream.SendCredit.Allows(cost))
            {
                return TryWriteBlocked(ref datagram, stream, cost) ? Turn.Blocked : Turn.Full;
            }

            if (cost > 0 && !_credit.Allows(cost + ReserveFor(channel, cost)))
            {
                return Turn.Parked;
            }

            if (channel.Sender.NextIsSkip)
            {
                if (!TryWriteSkip(ref datagram, stream!, channel.Sender.NextNumber))
                {
                    return Turn.Full;
                }

                Pay(stream, cost);
                channel.Sender.TakeNextAsSkip();
            }
            else if (channel.Sender.TryPeekNew(out var piece))
            {
                if (!TryWritePiece(ref datagram, channel, stream, piece, out var written))
                {
                    return Turn.Full;
                }

                Pay(stream, cost);
                if (channel.Sender.TakeNew(written))
                {
                    _counters.PacketsSent++;
                    _endpoint.Counters.PacketsSent++;
                }
            }

            if (datagram.Length - start >= SendScheduler.Quantum)
            {
                return Turn.Over;
            }
        }

        FinishIfAllIsSent(stream);
        return Turn.Done;
    }

    private void FinishIfAllIsSent(StreamChannel? stream)
    {
        if (stream is { IsFinishing: true, IsCloseSent: false } && !stream.Sender.HasUnsent)
        {
            QueueControl(stream, StreamControl.Close);
        }
    }

    private void Pay(StreamChannel? stream, long cost)
    {
        _credit.Use(cost);
        stream?.SendCredit.Use(cost);
    }

    /// <summary>
    /// What the session's own channel leaves of the credit to streams: its packets have no other limit, and a peer whose application
    /// does not read them must still get its streams. Not for packets so large that they would never fit beside it.
    /// </summary>
    private long ReserveFor(Channel channel, long cost)
    {
        var reserve = _peer.InitialSessionCredit / 4;
        return channel == _main && _streams is { Count: > 0 } && cost + reserve <= _peer.InitialSessionCredit ? reserve : 0;
    }

    /// <summary>Writes as much of a piece as fits; false if that is not worth a frame.</summary>
    private bool TryWritePiece(ref DatagramBuilder datagram, Channel channel, StreamChannel? stream, PacketPiece piece, out int written)
    {
        written = 0;
        if (stream is not null && !TryWriteOpenAlong(ref datagram, stream))
        {
            return false;
        }

        var packetLength = channel.Sender.LengthOf(piece.Number);
        var flags = stream is null ? FrameFlags.Packet : FrameFlags.Packet | FrameFlags.Stream;
        var isWhole = piece.Length == packetLength && datagram.Room >= FrameWriter.Size(flags, packetLength);
        if (!isWhole)
        {
            flags |= FrameFlags.Fragment;
            var room = datagram.Room - FrameWriter.Prefix(flags);
            if (room < Math.Min(piece.Length, packetLength <= LargestUncut ? packetLength : LeastPiece))
            {
                return false;
            }

            piece = piece with { Length = Math.Min(piece.Length, room) };
            flags |= piece.Offset + piece.Length == packetLength ? FrameFlags.Fin : FrameFlags.None;
        }

        datagram.TryAdd(Opcode.Data, flags, stream?.Id ?? 0, (uint)piece.Number, (uint)piece.Offset, channel.Sender.Bytes(piece));
        Track(ref datagram, new SentFrame(SentFrameKind.Data, channel, piece.Number, piece.Offset, piece.Length));
        written = piece.Length;
        return true;
    }

    /// <summary>
    /// Until the peer is known to have it, openstream goes along with the stream's data: a lost one holds up nothing, as
    /// every datagram tells all that is needed to deliver it.
    /// </summary>
    private bool TryWriteOpenAlong(ref DatagramBuilder datagram, StreamChannel stream)
    {
        if (!stream.IsLocal || stream.IsOpenAcknowledged || stream.OpenWrittenIn == _ciphers.NextSequence)
        {
            return true;
        }

        // Room for both, or the datagram would end with an openstream again and again.
        return datagram.Room >= (2 * FrameHeader.Size) + LeastPiece && TryWriteOpen(ref datagram, stream);
    }

    private bool TryWriteOpen(ref DatagramBuilder datagram, StreamChannel stream)
    {
        ReadOnlySpan<byte> mode = stream.Mode == DeliveryMode.Ordered ? [] : [(byte)stream.Mode];
        if (!datagram.TryAdd(Opcode.OpenStream, FrameFlags.Stream, stream.Id, 0, 0, mode))
        {
            return false;
        }

        stream.OpenWrittenIn = _ciphers.NextSequence;
        stream.Due &= ~StreamControl.Open;
        Track(ref datagram, new SentFrame(SentFrameKind.OpenStream, stream));
        return true;
    }

    private bool TryWriteSkip(ref DatagramBuilder datagram, StreamChannel stream, long number)
    {
        Span<byte> payload = stackalloc byte[VarInt.MaxLength];
        var length = VarInt.Write(payload, (ulong)stream.Sender.LengthOf(number));
        if (!TryWriteOpenAlong(ref datagram, stream)
            || !datagram.TryAdd(Opcode.Skip, FrameFlags.Stream | FrameFlags.Packet, stream.Id, (uint)number, 0, payload[..length]))
        {
            return false;
        }

        Track(ref datagram, new SentFrame(SentFrameKind.Skip, stream, number));
        return true;
    }

    private void WriteStreamControl(ref DatagramBuilder datagram)
    {
        while (_streams is { Control.Count: > 0 })
        {
            var stream = _streams.Control[0];
            if (!TryWriteControl(ref datagram, stream))
            {
                return;
            }

            stream.IsControlQueued = false;
            _streams.Control.DropHead();
        }
    }

    /// <summary>Writes what is due for a stream, one frame at a time; false if the datagram is full.</summary>
    private bool TryWriteControl(ref DatagramBuilder datagram, StreamChannel stream)
    {
        if ((stream.Due & StreamControl.Open) != 0 && stream.OpenWrittenIn != _ciphers.NextSequence && !TryWriteOpen(ref datagram, stream))
        {
            return false;
        }

        if ((stream.Due & StreamControl.Accept) != 0)
        {
            if (!datagram.TryAdd(Opcode.StreamOpen, FrameFlags.Stream, stream.Id, 0, 0, []))
            {
                return false;
            }

            Track(ref datagram, new SentFrame(SentFrameKind.StreamOpen, stream));
        }

        stream.Due &= StreamControl.Close | StreamControl.Credit;
        if ((stream.Due & StreamControl.Credit) != 0 && !TryWriteStreamCredit(ref datagram, stream))
        {
            return false;
        }

        stream.Due &= StreamControl.Close;
        if (stream.Due != 0 && !stream.IsAbortHeld && !TryWriteClose(ref datagram, stream))
        {
            return false;
        }

        stream.Due = StreamControl.None;
        return true;
    }

    private bool TryWriteStreamCredit(ref DatagramBuilder datagram, StreamChannel stream)
    {
        if (stream.IsRemoved || stream.ReadsAreDone)
        {
            return true;
        }

        Span<byte> payload = stackalloc byte[VarInt.MaxLength];
        var limit = stream.ReceiveCredit.LimitToTell(stream.CreditKept);
        var length = VarInt.Write(payload, (ulong)limit);
        if (!datagram.TryAdd(Opcode.Ack, FrameFlags.Stream, stream.Id, 0, 0, payload[..length]))
        {
            return false;
        }

        stream.ReceiveCredit.Advertise(stream.CreditKept);
        Track(ref datagram, new SentFrame(SentFrameKind.StreamCredit, stream, limit));
        return true;
    }

    private bool TryWriteClose(ref DatagramBuilder datagram, StreamChannel stream)
    {
        var isAbort = stream.IsAborted || stream.IsPeerAborted;
        if (isAbort)
        {
            Span<byte> payload = stackalloc byte[sizeof(ushort) + VarInt.MaxLength];
            BinaryPrimitives.WriteUInt16BigEndian(payload, stream.AbortCode);
            var length = sizeof(ushort) + VarInt.Write(payload[sizeof(ushort)..], (ulong)stream.SendCredit.Used);
            if (!datagram.TryAdd(Opcode.CloseStream, FrameFlags.Stream, stream.Id, 0, 0, payload[..length]))
            {
                return false;
            }
        }
        else if (!datagram.TryAdd(Opcode.CloseStream, FrameFlags.Stream | FrameFlags.Packet, stream.Id, (uint)stream.Sender.LastNumber, 0, []))
        {
            return false;
        }

        stream.IsCloseSent = true;
        Track(ref datagram, new SentFrame(SentFrameKind.CloseStream, stream, isAbort ? AbortMark : 0));
        CheckStream(stream);
        return true;
    }

    private bool TryWriteBlocked(ref DatagramBuilder datagram, StreamChannel stream, long cost)
    {
        if (!stream.IsBlockedToldToPeer)
        {
            stream.IsBlockedToldToPeer = TryWriteBlocked(ref datagram, stream, stream.SendCredit, cost);
        }

        return stream.IsBlockedToldToPeer;
    }

    private void WriteBlocked(ref DatagramBuilder datagram)
    {
        if (!_blockedInFlight && _scheduler.TryPeekParked(out var channel))
        {
            var cost = channel.Sender.CostToStart;
            _blockedInFlight = TryWriteBlocked(ref datagram, null, _credit, cost + ReserveFor(channel, cost));
        }
    }

    private bool TryWriteBlocked(ref DatagramBuilder datagram, StreamChannel? stream, in SendCredit credit, long cost)
    {
        Span<byte> payload = stackalloc byte[2 * VarInt.MaxLength];
        var length = VarInt.Write(payload, (ulong)credit.Limit);
        length += VarInt.Write(payload[length..], (ulong)(credit.Used + cost));
        if (!datagram.TryAdd(Opcode.Blocked, stream is null ? FrameFlags.None : FrameFlags.Stream, stream?.Id ?? 0, 0, 0, payload[..length]))
        {
            return false;
        }

        Track(ref datagram, new SentFrame(SentFrameKind.Blocked, stream));
        return true;
    }

    private void OnBlockedLost(Channel? channel)
    {
        if (channel is null)
        {
            _blockedInFlight = false;
            _endpoint.Touch(this);
        }
        else
        {
            channel.IsBlockedToldToPeer = false;
            Schedule(channel);
        }
    }
}
