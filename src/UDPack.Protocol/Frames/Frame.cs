namespace UDPack.Protocol.Frames;

/// <summary>One frame as it lies in a verified datagram. Ids that are not there are 0.</summary>
internal readonly ref struct Frame
{
    public Frame(scoped in FrameHeader header, uint streamId, uint packetId, uint fragmentId, ReadOnlySpan<byte> payload)
    {
        Header = header;
        StreamId = streamId;
        PacketId = packetId;
        FragmentId = fragmentId;
        Payload = payload;
    }

    public FrameHeader Header { get; }

    public uint StreamId { get; }

    public uint PacketId { get; }

    public uint FragmentId { get; }

    public ReadOnlySpan<byte> Payload { get; }

    public Opcode Opcode => Header.Opcode;

    public FrameFlags Flags => Header.Flags;

    public bool HasStream => (Header.Flags & FrameFlags.Stream) != 0;

    public bool HasPacket => (Header.Flags & FrameFlags.Packet) != 0;

    public bool HasFragment => (Header.Flags & FrameFlags.Fragment) != 0;

    public bool IsFin => (Header.Flags & FrameFlags.Fin) != 0;

    public bool IsSlow => (Header.Flags & FrameFlags.Slow) != 0;

    public bool IsAckEliciting => FrameRules.IsAckEliciting(Header.Opcode, Header.Flags);
}
