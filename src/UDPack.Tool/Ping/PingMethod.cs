namespace UDPack.Tool.Ping;

/// <summary>What answers.</summary>
internal enum PingMethod
{
    /// <summary>The server's transport; its application sees nothing.</summary>
    Transport,

    /// <summary>The server's application, which returns packets.</summary>
    Packets,

    /// <summary>The server's application, which returns unreliable messages.</summary>
    Messages,
}
