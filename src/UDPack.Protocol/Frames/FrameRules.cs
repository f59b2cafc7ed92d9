namespace UDPack.Protocol.Frames;

/// <summary>The table of opcodes: which flags each may have, and which frames ask for an acknowledgement.</summary>
internal static class FrameRules
{
    private const FrameFlags Ids = FrameFlags.Stream | FrameFlags.Packet | FrameFlags.Fragment;

    /// <summary>Whether this version knows the opcode.</summary>
    public static bool IsKnown(Opcode opcode) => opcode <= Opcode.Latest;

    /// <summary>Whether a frame with this opcode may carry exactly these flags.</summary>
    public static bool Allows(Opcode opcode, FrameFlags flags) => opcode switch
    {
        // FIN marks the last fragment, so without FRAG it would say nothing.
        Opcode.Data => (flags & FrameFlags.Packet) != 0
            && (flags & ~(Ids | FrameFlags.Fin)) == 0
            && (flags & (FrameFlags.Fin | FrameFlags.Fragment)) != FrameFlags.Fin,
        Opcode.Datagram => flags is FrameFlags.None or (FrameFlags.Stream | FrameFlags.Packet),
        Opcode.Skip or Opcode.Latest => flags == (FrameFlags.Stream | FrameFlags.Packet),
        Opcode.Blocked => (flags & ~FrameFlags.Stream) == 0,
        Opcode.Ack => (flags & ~(FrameFlags.Stream | FrameFlags.Slow)) == 0,
        Opcode.OpenStream or Opcode.StreamOpen => flags == FrameFlags.Stream,
        Opcode.CloseStream => (flags & ~FrameFlags.Packet) == FrameFlags.Stream,
        _ => IsKnown(opcode) && flags == FrameFlags.None,
    };

    /// <summary>Whether a datagram with this frame must be acknowledged.</summary>
    public static bool IsAckEliciting(Opcode opcode, FrameFlags flags) => opcode switch
    {
        Opcode.Ack => (flags & FrameFlags.Stream) != 0,
        Opcode.Shakehand or Opcode.GoAway or Opcode.Retry => false,

        // Of the two 0xB frames only the confirmation travels in a numbered datagram that is acknowledged.
        Opcode.Handshake => true,
        _ => IsKnown(opcode),
    };
}
