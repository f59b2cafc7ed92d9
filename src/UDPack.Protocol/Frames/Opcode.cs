namespace UDPack.Protocol.Frames;

/// <summary>What a frame is: the low nibble of its byte 13.</summary>
internal enum Opcode : byte
{
    /// <summary>A packet or a fragment of one.</summary>
    Data = 0x0,

    /// <summary>An unreliable message.</summary>
    Datagram = 0x1,

    /// <summary>A packet was given up by its sender.</summary>
    Skip = 0x2,

    /// <summary>A packet waits for credit.</summary>
    Blocked = 0x3,

    /// <summary>Acknowledges datagrams and grants credit.</summary>
    Ack = 0x4,

    /// <summary>Asks for a pong.</summary>
    Ping = 0x5,

    /// <summary>Echoes the payload of a ping.</summary>
    Pong = 0x6,

    /// <summary>Opens a stream.</summary>
    OpenStream = 0x7,

    /// <summary>Tells that the peer accepted a stream.</summary>
    StreamOpen = 0x8,

    /// <summary>Ends one direction of a stream, or aborts both.</summary>
    CloseStream = 0x9,

    /// <summary>The client's first datagram.</summary>
    Shakehand = 0xA,

    /// <summary>The server's reply or refusal, and the client's confirmation.</summary>
    Handshake = 0xB,

    /// <summary>Ends the session.</summary>
    GoAway = 0xC,

    /// <summary>The server asks the client to prove its address.</summary>
    Retry = 0xD,

    /// <summary>The newest value of a key.</summary>
    Latest = 0xE,
}
