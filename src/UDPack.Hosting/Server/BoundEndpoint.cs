using UDPack.Hosting.Handlers;

namespace UDPack.Hosting.Server;

/// <summary>A bound endpoint and who handles its sessions.</summary>
internal sealed record BoundEndpoint(UdpackListenerOptions Options, IServerListener Listener, HandlerRegistration Handler)
{
    public string Name => Options.Name;
}
