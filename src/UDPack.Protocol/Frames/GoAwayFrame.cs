namespace UDPack.Protocol.Frames;

/// <summary>The code in a goaway frame.</summary>
internal enum GoAwayCode : byte
{
    Normal = 0,
    Error = 1,
    Expired = 2,
}

/// <summary>What a goaway says: code, reason, the application's code as a varint (0: none), and a text to the end.</summary>
internal readonly ref struct GoAwayFrame
{
    /// <summary>The longest that is written.</summary>
    public const int MaxSize = 2 + MaxCodeSize + GoAwayText.MaxBytes;

    private const int MaxCodeSize = 4;

    public GoAwayCode Code { get; init; }

    public GoAwayReason Reason { get; init; }

    public ushort? ApplicationCode { get; init; }

    /// <summary>As it came: not to be trusted. Empty if there is none.</summary>
    public ReadOnlySpan<byte> Text { get; init; }

    /// <summary>Reads a payload; false if it is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out GoAwayFrame frame)
    {
        frame = default;
        if (payload.IsEmpty)
        {
            return false;
        }

        var code = (GoAwayCode)payload[0];
        if (payload.Length == 1)
        {
            frame = new GoAwayFrame { Code = code };
            return true;
        }

        var reason = (GoAwayReason)payload[1];
        var rest = payload[2..];
        if (!VarInt.TryRead(ref rest, out var number) || number > ushort.MaxValue + 1)
        {
            return false;
        }

        frame = new GoAwayFrame
        {
            Code = code,
            Reason = reason,
            ApplicationCode = number == 0 ? null : (ushort)(number - 1),
            Text = rest,
        };
        return true;
    }

    /// <summary>Writes it and returns its length. The text is one of <see cref="GoAwayText"/>.</summary>
    public static int Write(Span<byte> destination, GoAwayCode code, GoAwayReason reason, ushort? applicationCode, string? text)
    {
        destination[0] = (byte)code;
        destination[1] = (byte)reason;
        var length = 2 + VarInt.Write(destination[2..], applicationCode is { } number ? number + 1UL : 0);
        return length + GoAwayText.Write(destination[length..], text);
    }
}
