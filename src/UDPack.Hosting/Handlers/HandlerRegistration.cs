namespace UDPack.Hosting.Handlers;

/// <summary>A handler as the application added it.</summary>
/// <param name="EndpointName">Its endpoint, or null for the default handler.</param>
/// <param name="Identity">What makes two registrations the same: the type or the delegate.</param>
/// <param name="DisplayName">For messages.</param>
/// <param name="Resolve">Gets it from a session's scope.</param>
internal sealed record HandlerRegistration(
    string? EndpointName, object Identity, string DisplayName, Func<IServiceProvider, UdpackSessionHandler> Resolve);
