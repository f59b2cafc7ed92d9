using System.Buffers.Binary;
using System.Numerics;

namespace UDPack.Protocol.Frames;

/// <summary>The fixed first 16 bytes of every frame.</summary>
internal readonly record struct FrameHeader(
    uint SessionId, ulong Timestamp, FrameFlags Flags, Opcode Opcode, ushort PayloadLength)
{
    public const int Size = 16;
    public const int SessionIdOffset = 0;
    public const int TimestampOffset = 4;
    public const int FlagsOffset = 12;
    public const int OpcodeOffset = 13;
    public const int PayloadLengthOffset = 14;

    private const byte ReservedFlags = 0x1C;
    private const byte ReservedOpcodeBits = 0xF0;
    private const byte IdFlags = (byte)(FrameFlags.Stream | FrameFlags.Packet | FrameFlags.Fragment);

    /// <summary>The half of the session id that the client chose.</summary>
    public ushort ClientId => (ushort)(SessionId >> 16);

    /// <summary>The half of the session id that the server chose; 0 in a shakehand.</summary>
    public ushort ServerId => (ushort)SessionId;

    /// <summary>How many bytes of ids stand between header and payload.</summary>
    public int IdsSize => BitOperations.PopCount((uint)((byte)Flags & IdFlags)) * 4;

    /// <summary>The whole frame: header, ids and payload.</summary>
    public int FrameSize => Size + IdsSize + PayloadLength;

    /// <summary>
    /// Reads a header. With <see cref="DropReason.UnknownOpcode"/> the header is filled in all the same, so that a
    /// reader inside a verified datagram can step over the frame; with any other reason it is not to be used.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out FrameHeader header, out DropReason reason)
    {
        if (source.Length < Size)
        {
            header = default;
            reason = DropReason.Truncated;
            return false;
        }

        header = new FrameHeader(
            BinaryPrimitives.ReadUInt32BigEndian(source),
            BinaryPrimitives.ReadUInt64BigEndian(source[TimestampOffset..]),
            (FrameFlags)source[FlagsOffset],
            (Opcode)source[OpcodeOffset],
            BinaryPrimitives.ReadUInt16BigEndian(source[PayloadLengthOffset..]));
        if ((source[FlagsOffset] & ReservedFlags) != 0 || (source[OpcodeOffset] & ReservedOpcodeBits) != 0)
        {
            reason = DropReason.ReservedBits;
            return false;
        }

        if (!FrameRules.IsKnown(header.Opcode))
        {
            reason = DropReason.UnknownOpcode;
            return false;
        }

        reason = DropReason.FlagsNotAllowed;
        return FrameRules.Allows(header.Opcode, header.Flags);
    }

    /// <summary>Writes the header to the first 16 bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination[PayloadLengthOffset..], PayloadLength);
        BinaryPrimitives.WriteUInt32BigEndian(destination, SessionId);
        BinaryPrimitives.WriteUInt64BigEndian(destination[TimestampOffset..], Timestamp);
        destination[FlagsOffset] = (byte)Flags;
        destination[OpcodeOffset] = (byte)Opcode;
    }
}
