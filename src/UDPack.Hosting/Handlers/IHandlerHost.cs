namespace UDPack.Hosting.Handlers;

/// <summary>Who runs a handler.</summary>
internal interface IHandlerHost
{
    /// <summary>What runs the application's code.</summary>
    UdpackNetwork Network { get; }

    /// <summary>Has all that is logged until the result's disposal, by whoever runs in this flow, name the session.</summary>
    IDisposable? BeginLogScope(UdpackSession session);

    /// <summary>The handling of a stream failed.</summary>
    void OnStreamFailed(Exception exception, UdpackPacketHandler handler, UdpackStream stream);
}
