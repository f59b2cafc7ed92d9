namespace UDPack.Protocol;

/// <summary>The code in a handshake frame (UDPack 1.0, 2.3, "constants").</summary>
internal enum HandshakeCode : byte
{
    Success = 0,
    AuthenticationFailed = 1,

    /// <summary>−1 as an unsigned byte.</summary>
    Failed = 255,
}
