using System.Buffers.Binary;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Streams;

/// <summary>Writes and reads the frames about streams. Each write is false if the datagram has no room.</summary>
internal static class StreamFrames
{
    public static bool TryWriteOpen(ref DatagramBuilder datagram, PacketChannel stream)
    {
        ReadOnlySpan<byte> mode = stream.Mode == DeliveryMode.Ordered ? [] : [(byte)stream.Mode];
        return datagram.TryAdd(Opcode.OpenStream, FrameFlags.Stream, stream.Id, 0, 0, mode);
    }

    /// <summary>Reads the mode of an openstream. False if it is malformed.</summary>
    public static bool TryReadOpen(ReadOnlySpan<byte> payload, out DeliveryMode mode)
    {
        mode = payload.IsEmpty ? DeliveryMode.Ordered : (DeliveryMode)payload[0];
        return payload.IsEmpty || (payload.Length == 1 && mode is DeliveryMode.Unordered or DeliveryMode.Deadline);
    }

    public static bool TryWriteAccept(ref DatagramBuilder datagram, PacketChannel stream) =>
        datagram.TryAdd(Opcode.StreamOpen, FrameFlags.Stream, stream.Id, 0, 0, []);

    public static bool TryWriteSkip(ref DatagramBuilder datagram, PacketChannel stream, long number)
    {
        Span<byte> payload = stackalloc byte[VarInt.MaxLength];
        var length = VarInt.Write(payload, (ulong)stream.Sender.LengthOf(number));
        return datagram.TryAdd(Opcode.Skip, FrameFlags.Stream | FrameFlags.Packet, stream.Id, (uint)number, 0, payload[..length]);
    }

    public static bool TryWriteCredit(ref DatagramBuilder datagram, PacketChannel stream, long limit)
    {
        Span<byte> payload = stackalloc byte[VarInt.MaxLength];
        var length = VarInt.Write(payload, (ulong)limit);
        return datagram.TryAdd(Opcode.Ack, FrameFlags.Stream, stream.Id, 0, 0, payload[..length]);
    }

    /// <param name="datagram">Where to.</param>
    /// <param name="streamId">The stream that waits for credit; 0 for the session.</param>
    /// <param name="credit">What it has.</param>
    /// <param name="cost">What it needs more than it has used.</param>
    public static bool TryWriteBlocked(ref DatagramBuilder datagram, uint streamId, in SendCredit credit, long cost)
    {
        Span<byte> payload = stackalloc byte[BlockedFrame.MaxSize];
        var length = BlockedFrame.Write(payload, credit.Limit, credit.Used + cost);
        return datagram.TryAdd(Opcode.Blocked, streamId == 0 ? FrameFlags.None : FrameFlags.Stream, streamId, 0, 0, payload[..length]);
    }

    public static bool TryWriteEnd(ref DatagramBuilder datagram, PacketChannel stream) =>
        datagram.TryAdd(Opcode.CloseStream, FrameFlags.Stream | FrameFlags.Packet, stream.Id, (uint)stream.Sender.LastNumber, 0, []);

    public static bool TryWriteAbort(ref DatagramBuilder datagram, PacketChannel stream)
    {
        Span<byte> payload = stackalloc byte[sizeof(ushort) + VarInt.MaxLength];
        BinaryPrimitives.WriteUInt16BigEndian(payload, stream.AbortCode);
        var length = sizeof(ushort) + VarInt.Write(payload[sizeof(ushort)..], (ulong)stream.SendCredit.Used);
        return datagram.TryAdd(Opcode.CloseStream, FrameFlags.Stream, stream.Id, 0, 0, payload[..length]);
    }

    /// <summary>Reads an abort's code, and the credit that its sender used. False if it is malformed.</summary>
    public static bool TryReadAbort(ReadOnlySpan<byte> payload, out ushort code, out long used)
    {
        (code, used) = (0, 0);
        if (payload.Length < sizeof(ushort))
        {
            return false;
        }

        code = BinaryPrimitives.ReadUInt16BigEndian(payload);
        payload = payload[sizeof(ushort)..];
        if (!VarInt.TryRead(ref payload, out var total) || !payload.IsEmpty)
        {
            return false;
        }

        used = (long)total;
        return true;
    }
}
