namespace UDPack.Protocol.Frames;

/// <summary>What a <see cref="FrameReader"/> found.</summary>
internal enum FrameReadResult
{
    /// <summary>A frame.</summary>
    Frame,

    /// <summary>Nothing more, or padding to the end.</summary>
    End,

    /// <summary>A breach of the protocol; the session ends.</summary>
    Malformed,
}
