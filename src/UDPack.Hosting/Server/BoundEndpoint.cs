using UDPack.Hosting.Handlers;

namespace UDPack.Hosting.Server;

/// <summary>A bound endpoint and who handles its sessions.</summary>
internal sealed record BoundEndpoint(string Name, IServerListener Listener, HandlerRegistration Handler);
