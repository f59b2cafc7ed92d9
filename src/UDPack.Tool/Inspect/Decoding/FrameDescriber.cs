using System.Buffers.Binary;
using UDPack.Protocol.Frames;

namespace UDPack.Tool.Inspect.Decoding;

/// <summary>Names the fields of frames.</summary>
internal static class FrameDescriber
{
    private const string Malformed = "its payload is malformed";

    public static FrameView Describe(in Frame frame)
    {
        var view = new FrameView
        {
            Header = Names.Of(frame.Header),
            StreamId = frame.HasStream && !IsPlaced(frame) ? frame.StreamId : null,
            PacketId = frame.HasPacket && !IsPlaced(frame) ? frame.PacketId : null,
            Lane = IsPlaced(frame) && frame.Opcode == Opcode.Datagram ? frame.StreamId : null,
            Key = frame.Opcode == Opcode.Latest ? frame.StreamId : null,
            Number = IsPlaced(frame) ? frame.PacketId : null,
            FragmentId = frame.HasFragment ? frame.FragmentId : null,
        };
        return frame.Opcode switch
        {
            Opcode.Data or Opcode.Datagram or Opcode.Latest or Opcode.Ping or Opcode.Pong => view with { Payload = Convert.ToHexStringLower(frame.Payload) },
            Opcode.Skip => TryReadAll(frame.Payload, 1, out var length, out _) ? view with { SkippedLength = length } : view with { Problem = Malformed },
            Opcode.Blocked => TryReadAll(frame.Payload, 2, out var limit, out var needed)
                ? view with { Limit = limit, Needed = needed }
                : view with { Problem = Malformed },
            Opcode.Ack => frame.HasStream ? DescribeCredit(view, frame.Payload) : DescribeAck(view, frame.Payload),
            Opcode.OpenStream => DescribeOpen(view, frame.Payload),
            Opcode.CloseStream => frame.HasPacket ? Empty(view, frame.Payload) : DescribeAbort(view, frame.Payload),
            Opcode.GoAway => DescribeGoAway(view, frame.Payload),
            _ => Empty(view, frame.Payload),
        };
    }

    /// <summary>Whether its ids are not those of a stream's packet: a sequenced message's or a value's.</summary>
    private static bool IsPlaced(in Frame frame) => frame.Opcode == Opcode.Latest || (frame.Opcode == Opcode.Datagram && frame.HasStream);

    /// <summary>A goaway, also one in the clear.</summary>
    public static FrameView DescribeGoAway(FrameView view, ReadOnlySpan<byte> payload) => GoAwayFrame.TryRead(payload, out var frame)
        ? view with
        {
            Code = (int)frame.Code,
            CodeName = Names.OfGoAway((byte)frame.Code),
            Reason = payload.Length == 1 ? null : (int)frame.Reason,
            ReasonName = payload.Length == 1 ? null : Names.Of(frame.Reason),
            ApplicationCode = frame.ApplicationCode,
            Text = GoAwayText.Read(frame.Text),
        }
        : view with { Problem = Malformed };

    private static FrameView DescribeAck(FrameView view, ReadOnlySpan<byte> payload)
    {
        if (!AckFrameReader.TryRead(payload, out var ack))
        {
            return view with { Problem = Malformed };
        }

        var ranges = new List<ulong[]>(ack.RangeCount);
        while (ack.TryNext(out var smallest, out var largest))
        {
            ranges.Add([smallest, largest]);
        }

        return view with { Largest = ack.Largest, DelayMicros = ack.DelayMicros, Ranges = ranges, Credit = ack.SessionCredit };
    }

    private static FrameView DescribeCredit(FrameView view, ReadOnlySpan<byte> payload) =>
        TryReadAll(payload, 1, out var credit, out _) ? view with { Credit = credit } : view with { Problem = Malformed };

    private static FrameView DescribeOpen(FrameView view, ReadOnlySpan<byte> payload)
    {
        var mode = payload.IsEmpty ? (byte)0 : payload[0];
        return payload.Length > 1 || mode > 2 || (payload.Length == 1 && mode == 0)
            ? view with { Problem = Malformed }
            : view with { Mode = Names.OfMode(mode) };
    }

    private static FrameView DescribeAbort(FrameView view, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 2 || !TryReadAll(payload[2..], 1, out var credit, out _))
        {
            return view with { Problem = Malformed };
        }

        var code = BinaryPrimitives.ReadUInt16BigEndian(payload);
        return view with { Code = code, CodeName = Names.OfAbort(code), Credit = credit };
    }

    private static FrameView Empty(FrameView view, ReadOnlySpan<byte> payload) => payload.IsEmpty ? view : view with { Problem = Malformed };

    /// <summary>Reads one or two varints that must fill the payload.</summary>
    private static bool TryReadAll(ReadOnlySpan<byte> payload, int count, out ulong first, out ulong second)
    {
        second = 0;
        return VarInt.TryRead(ref payload, out first)
            && (count == 1 || VarInt.TryRead(ref payload, out second))
            && payload.IsEmpty;
    }
}
