using System.Buffers.Binary;
using System.Numerics;

namespace UDPack.Protocol.Frames;

/// <summary>Writes frames into datagrams being built. The caller leaves room: see <see cref="Size"/>.</summary>
internal static class FrameWriter
{
    private const FrameFlags Ids = FrameFlags.Stream | FrameFlags.Packet | FrameFlags.Fragment;

    /// <summary>The bytes that a frame with these flags takes before its payload.</summary>
    public static int Prefix(FrameFlags flags) => FrameHeader.Size + (BitOperations.PopCount((uint)(flags & Ids)) * 4);

    /// <summary>The bytes that a whole frame takes.</summary>
    public static int Size(FrameFlags flags, int payloadLength) => Prefix(flags) + payloadLength;

    /// <summary>Writes a frame and returns its size. Ids whose flag is not set are ignored.</summary>
    public static int Write(
        Span<byte> destination,
        uint sessionId,
        ulong timestamp,
        FrameFlags flags,
        Opcode opcode,
        uint streamId,
        uint packetId,
        uint fragmentId,
        ReadOnlySpan<byte> payload)
    {
        payload.CopyTo(destination[Prefix(flags)..]);
        var prefix = WritePrefix(destination, sessionId, timestamp, flags, opcode, streamId, packetId, fragmentId);
        PatchPayloadLength(destination, payload.Length);
        return prefix + payload.Length;
    }

    /// <summary>
    /// Writes header and ids with a payload length of 0 and returns where the payload starts: for payloads that are
    /// written in place, followed by <see cref="PatchPayloadLength"/>.
    /// </summary>
    public static int WritePrefix(
        Span<byte> destination,
        uint sessionId,
        ulong timestamp,
        FrameFlags flags,
        Opcode opcode,
        uint streamId,
        uint packetId,
        uint fragmentId)
    {
        new FrameHeader(sessionId, timestamp, flags, opcode, 0).Write(destination);
        var offset = FrameHeader.Size;
        offset += WriteId(destination[offset..], flags, FrameFlags.Stream, streamId);
        offset += WriteId(destination[offset..], flags, FrameFlags.Packet, packetId);
        offset += WriteId(destination[offset..], flags, FrameFlags.Fragment, fragmentId);
        return offset;
    }

    /// <summary>Sets the payload length of the frame that starts at <paramref name="frame"/>.</summary>
    public static void PatchPayloadLength(Span<byte> frame, int payloadLength) =>
        BinaryPrimitives.WriteUInt16BigEndian(frame[FrameHeader.PayloadLengthOffset..], checked((ushort)payloadLength));

    private static int WriteId(Span<byte> destination, FrameFlags flags, FrameFlags id, uint value)
    {
        if ((flags & id) == 0)
        {
            return 0;
        }

        BinaryPrimitives.WriteUInt32BigEndian(destination, value);
        return 4;
    }
}
