using UDPack.Hosting.Handlers;

namespace UDPack.Hosting.Server;

/// <summary>All that an endpoint needs to be bound.</summary>
internal sealed record EndpointStart(UdpackListenerOptions Options, HandlerRegistration Handler);
