namespace UDPack.Protocol.Frames;

/// <summary>Writes the payload that <see cref="AckFrameReader"/> reads.</summary>
internal static class AckFrameWriter
{
    /// <summary>A size that an ack with this many ranges never exceeds.</summary>
    public static int MaxSize(int ranges) =>
        (3 * VarInt.MaxLength) + 1 + (((2 * Math.Clamp(ranges, 1, AckFrameReader.MaxRanges)) - 1) * VarInt.MaxLength);

    /// <summary>
    /// Writes an ack of the ranges, the largest first, apart from each other by at least one number. The oldest ranges
    /// that do not fit are left out: their datagrams were most likely acknowledged by earlier acks.
    /// </summary>
    /// <returns>The bytes written, or 0 if not even one range fits or there is none.</returns>
    public static int Write(
        Span<byte> destination, ulong delayMicros, ReadOnlySpan<AckRange> rangesDescending, ulong sessionCredit)
    {
        if (rangesDescending.IsEmpty)
        {
            return 0;
        }

        var first = rangesDescending[0];
        var size = VarInt.Length(first.Largest) + VarInt.Length(delayMicros) + 1
            + VarInt.Length(first.Largest - first.Smallest) + VarInt.Length(sessionCredit);
        if (size > destination.Length)
        {
            return 0;
        }

        var count = 1;
        while (count < Math.Min(rangesDescending.Length, AckFrameReader.MaxRanges))
        {
            var range = rangesDescending[count];
            size += VarInt.Length(Gap(rangesDescending[count - 1], range)) + VarInt.Length(range.Largest - range.Smallest);
            if (size > destination.Length)
            {
                break;
            }

            count++;
        }

        var offset = VarInt.Write(destination, first.Largest);
        offset += VarInt.Write(destination[offset..], delayMicros);
        offset += VarInt.Write(destination[offset..], (ulong)(count - 1));
        offset += VarInt.Write(destination[offset..], first.Largest - first.Smallest);
        for (var i = 1; i < count; i++)
        {
            var range = rangesDescending[i];
            offset += VarInt.Write(destination[offset..], Gap(rangesDescending[i - 1], range));
            offset += VarInt.Write(destination[offset..], range.Largest - range.Smallest);
        }

        return offset + VarInt.Write(destination[offset..], sessionCredit);
    }

    private static ulong Gap(AckRange newer, AckRange older) => newer.Smallest - older.Largest - 2;
}
