using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using UDPack.Hosting.Handlers;

namespace UDPack.Hosting.Server;

/// <summary>What all AddUdpack and AddUdpackServer calls of one application gathered; one instance in its services.</summary>
internal sealed class ServerRegistration
{
    private readonly List<HandlerRegistration> _handlers = [];

    public ServerRegistration(IServiceCollection services)
    {
        HandlerCollection = new UdpackHandlers(services, _handlers);
        Builder = new ServerBuilder(services, HandlerCollection);
    }

    public UdpackHandlers HandlerCollection { get; }

    public IUdpackServerBuilder Builder { get; }

    public IReadOnlyCollection<HandlerRegistration> Handlers => _handlers;

    /// <summary>The section given in code; null for "Udpack" of the host's configuration.</summary>
    public IConfiguration? Section { get; set; }

    private sealed class ServerBuilder(IServiceCollection services, UdpackHandlers handlers) : IUdpackServerBuilder
    {
        public IServiceCollection Services => services;

        public UdpackHandlers Handlers => handlers;
    }
}
