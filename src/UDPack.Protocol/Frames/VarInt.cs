using System.Buffers.Binary;

namespace UDPack.Protocol.Frames;

/// <summary>Variable-length integers of RFC 9000 §16: the first two bits tell the length, 1, 2, 4 or 8 bytes.</summary>
internal static class VarInt
{
    public const ulong MaxValue = (1UL << 62) - 1;
    public const int MaxLength = 8;

    public static int Length(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxValue);
        return value < 1UL << 6 ? 1 : value < 1UL << 14 ? 2 : value < 1UL << 30 ? 4 : 8;
    }

    /// <summary>Reads one and moves <paramref name="source"/> past it; leaves it alone when it is cut short.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> source, out ulong value)
    {
        if (source.IsEmpty || source.Length < 1 << (source[0] >> 6))
        {
            value = 0;
            return false;
        }

        var length = 1 << (source[0] >> 6);
        value = length switch
        {
            1 => source[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(source) & 0x3FFFUL,
            4 => BinaryPrimitives.ReadUInt32BigEndian(source) & 0x3FFF_FFFFUL,
            _ => BinaryPrimitives.ReadUInt64BigEndian(source) & MaxValue,
        };
        source = source[length..];
        return true;
    }

    /// <summary>Writes the shortest form and returns its length.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        var length = Length(value);
        switch (length)
        {
            case 1:
                destination[0] = (byte)value;
                break;
            case 2:
                BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(value | 0x4000));
                break;
            case 4:
                BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)value | 0x8000_0000);
                break;
            default:
                BinaryPrimitives.WriteUInt64BigEndian(destination, value | 0xC000_0000_0000_0000);
                break;
        }

        return length;
    }
}
