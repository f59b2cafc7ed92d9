namespace UDPack.Protocol.Frames;

/// <summary>The payload of a blocked: the credit that its sender has, and the one that it needs.</summary>
internal static class BlockedFrame
{
    public const int MaxSize = 2 * VarInt.MaxLength;

    /// <summary>Writes it; returns its length.</summary>
    public static int Write(Span<byte> payload, long limit, long needed)
    {
        var length = VarInt.Write(payload, (ulong)limit);
        return length + VarInt.Write(payload[length..], (ulong)needed);
    }

    /// <summary>Reads what is needed. False if it is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out long needed)
    {
        needed = 0;
        if (!VarInt.TryRead(ref payload, out _) || !VarInt.TryRead(ref payload, out var value) || !payload.IsEmpty)
        {
            return false;
        }

        needed = (long)value;
        return true;
    }
}
