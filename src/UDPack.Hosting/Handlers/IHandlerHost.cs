namespace UDPack.Hosting.Handlers;

/// <summary>Who runs a handler.</summary>
internal interface IHandlerHost
{
    /// <summary>What runs the application's code.</summary>
    UdpackNetwork Network { get; }

    /// <summary>The handling of a stream failed.</summary>
    void OnStreamFailed(Exception exception, UdpackPacketHandler handler, UdpackStream stream);
}
