using UDPack.Protocol.Frames;

namespace UDPack.Protocol.Handshake;

/// <summary>Transport parameters on the wire: id, length, value, all of them varints, in any order.</summary>
internal static class TransportParametersCodec
{
    /// <summary>What all parameters together take at most: the trailer of a reply has room for 64 bytes.</summary>
    public const int MaxSize = 64;

    private const ulong IdleTimeout = 0x01;
    private const ulong MaxPacket = 0x02;
    private const ulong SessionCredit = 0x03;
    private const ulong StreamCredit = 0x04;
    private const ulong MaxStreams = 0x05;
    private const ulong MaxAckDelay = 0x06;
    private const ulong MaxUdpPayload = 0x07;

    /// <summary>How many unknown ids of more than 6 bits are told apart; more of them than this are malformed.</summary>
    private const int MaxLargeIds = 32;

    public static bool TryRead(ReadOnlySpan<byte> source, out TransportParameters parameters)
    {
        parameters = TransportParameters.Default;
        var read = parameters;
        ulong seen = 0;
        Span<ulong> seenLarge = stackalloc ulong[MaxLargeIds];
        var largeCount = 0;
        while (!source.IsEmpty)
        {
            if (!VarInt.TryRead(ref source, out var id)
                || !VarInt.TryRead(ref source, out var length)
                || length > (ulong)source.Length)
            {
                return false;
            }

            var value = source[..(int)length];
            source = source[(int)length..];
            if (id < 64)
            {
                if ((seen & (1UL << (int)id)) != 0)
                {
                    return false;
                }

                seen |= 1UL << (int)id;
                if (id is >= IdleTimeout and <= MaxUdpPayload && !TryApply(ref read, id, value))
                {
                    return false;
                }
            }
            else if (largeCount == MaxLargeIds || seenLarge[..largeCount].Contains(id))
            {
                return false;
            }
            else
            {
                seenLarge[largeCount++] = id;
            }
        }

        parameters = read;
        return true;
    }

    public static int Write(TransportParameters parameters, Span<byte> destination)
    {
        var defaults = TransportParameters.Default;
        var length = 0;
        length += Put(destination[length..], IdleTimeout, parameters.IdleTimeoutMs, defaults.IdleTimeoutMs);
        length += Put(destination[length..], MaxPacket, parameters.MaxPacketBytes, defaults.MaxPacketBytes);
        length += Put(destination[length..], SessionCredit, parameters.InitialSessionCredit, defaults.InitialSessionCredit);
        length += Put(destination[length..], StreamCredit, parameters.InitialStreamCredit, defaults.InitialStreamCredit);
        length += Put(destination[length..], MaxStreams, parameters.MaxStreams, defaults.MaxStreams);
        length += Put(destination[length..], MaxAckDelay, parameters.MaxAckDelayMicros, defaults.MaxAckDelayMicros);
        length += Put(destination[length..], MaxUdpPayload, parameters.MaxUdpPayload, defaults.MaxUdpPayload);
        return length;
    }

    private static bool TryApply(ref TransportParameters parameters, ulong id, ReadOnlySpan<byte> source)
    {
        if (!VarInt.TryRead(ref source, out var unsigned) || !source.IsEmpty)
        {
            return false;
        }

        var value = (long)unsigned;
        switch (id)
        {
            case IdleTimeout:
                parameters = parameters with { IdleTimeoutMs = Math.Min(value, TransportParameters.LargestIdleTimeoutMs) };
                return true;
            case MaxPacket:
                parameters = parameters with { MaxPacketBytes = value };
                return value > 0;
            case SessionCredit:
                parameters = parameters with { InitialSessionCredit = value };
                return true;
            case StreamCredit:
                parameters = parameters with { InitialStreamCredit = value };
                return true;
            case MaxStreams:
                parameters = parameters with { MaxStreams = value };
                return value <= TransportParameters.LargestMaxStreams;
            case MaxAckDelay:
                parameters = parameters with { MaxAckDelayMicros = value };
                return value <= TransportParameters.LargestMaxAckDelayMicros;
            default:
                parameters = parameters with { MaxUdpPayload = Math.Min(value, TransportParameters.LargestUdpPayload) };
                return value >= TransportParameters.SmallestMaxUdpPayload;
        }
    }

    private static int Put(Span<byte> destination, ulong id, long value, long standard)
    {
        if (value == standard)
        {
            return 0;
        }

        var length = VarInt.Write(destination, id);
        length += VarInt.Write(destination[length..], (ulong)VarInt.Length((ulong)value));
        return length + VarInt.Write(destination[length..], (ulong)value);
    }
}
