using UDPack.Protocol.Frames;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol;

/// <summary>Puts frames of one session into a datagram, as many as fit.</summary>
internal ref struct DatagramBuilder(Span<byte> buffer, uint sessionId, ulong timestamp, int overhead)
{
    private readonly Span<byte> _space = buffer[..^overhead];

    /// <summary>Tells it from others of the session while it is built.</summary>
    public ulong Number { get; init; }

    /// <summary>What stays unencrypted and is authenticated: the first header, and a confirmation's code.</summary>
    public int ClearLength { get; private set; } = FrameHeader.Size;

    public int Length { get; private set; }

    public bool IsAckEliciting { get; private set; }

    public int TrackedFrames { get; set; }

    public readonly bool IsEmpty => Length == 0;

    /// <summary>The bytes left for further frames.</summary>
    public readonly int Room => _space.Length - Length;

    /// <summary>The client's confirmation; only as the first frame.</summary>
    public void AddConfirmation()
    {
        TryAdd(Opcode.Handshake, [(byte)HandshakeCode.Success]);
        ClearLength = Length;
    }

    public bool TryAdd(Opcode opcode, scoped ReadOnlySpan<byte> payload) => TryAdd(opcode, FrameFlags.None, 0, 0, 0, payload);

    public bool TryAddAck(FrameFlags flags, ulong delayMicros, scoped ReadOnlySpan<AckRange> ranges, ulong sessionCredit)
    {
        var rest = _space[Length..];
        if (ranges.IsEmpty || rest.Length < FrameHeader.Size)
        {
            return false;
        }

        var written = AckFrameWriter.Write(rest[FrameHeader.Size..], delayMicros, ranges, sessionCredit);
        if (written == 0)
        {
            return false;
        }

        new FrameHeader(sessionId, timestamp, flags, Opcode.Ack, (ushort)written).Write(rest);
        Length += FrameHeader.Size + written;
        return true;
    }

    public bool TryAdd(Opcode opcode, FrameFlags flags, uint streamId, uint packetId, uint fragmentId, scoped ReadOnlySpan<byte> payload)
    {
        var rest = _space[Length..];
        if (rest.Length < FrameWriter.Size(flags, payload.Length))
        {
            return false;
        }

        Length += FrameWriter.Write(rest, sessionId, timestamp, flags, opcode, streamId, packetId, fragmentId, payload);
        IsAckEliciting |= FrameRules.IsAckEliciting(opcode, flags);
        return true;
    }

    /// <summary>Fills the datagram with zeros up to this sealed size.</summary>
    public void PadTo(int datagramSize)
    {
        var length = Math.Min(datagramSize - overhead, _space.Length);
        if (length > Length)
        {
            _space[Length..length].Clear();
            Length = length;
        }
    }
}
