namespace UDPack;

/// <summary>Why a server refused a handshake, as far as it tells the client.</summary>
public enum HandshakeRejection : byte
{
    /// <summary>No reason given.</summary>
    Unspecified = 0,

    /// <summary>The token validator refused the token.</summary>
    TokenRefused = 1,

    /// <summary>A protocol version the server does not speak.</summary>
    Version = 2,

    /// <summary>An algorithm or group the server does not offer.</summary>
    Algorithm = 3,

    /// <summary>The shakehand's content is malformed.</summary>
    Malformed = 4,

    /// <summary>The server has no room now; trying again later may succeed.</summary>
    Busy = 5,
}
