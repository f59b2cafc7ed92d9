namespace UDPack.Protocol.Frames;

/// <summary>The flags in byte 12 of a frame header.</summary>
[Flags]
internal enum FrameFlags : byte
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>STRE: a stream id follows the header.</summary>
    Stream = 0x80,

    /// <summary>PACK: a packet id follows.</summary>
    Packet = 0x40,

    /// <summary>FRAG: a fragment id follows.</summary>
    Fragment = 0x20,

    /// <summary>SLOW: the receiver is past its high-water mark.</summary>
    Slow = 0x02,

    /// <summary>FIN: the last fragment of its packet.</summary>
    Fin = 0x01,
}
