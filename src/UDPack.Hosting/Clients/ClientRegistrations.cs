using Microsoft.Extensions.DependencyInjection;

namespace UDPack.Hosting.Clients;

/// <summary>What all AddUdpackClient calls of one application gathered; one instance in its services.</summary>
internal sealed class ClientRegistrations
{
    private readonly Dictionary<string, IUdpackClientBuilder> _builders = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => _builders.Keys;

    public static string PathOf(string name) => $"Udpack:Clients:{name}";

    public static ClientRegistrations Of(IServiceCollection services)
    {
        if (services.FirstOrDefault(service => service.ServiceType == typeof(ClientRegistrations))?.ImplementationInstance is ClientRegistrations existing)
        {
            return existing;
        }

        var registrations = new ClientRegistrations();
        services.AddSingleton(registrations);
        return registrations;
    }

    /// <summary>The builder of a client; <paramref name="isNew"/> if nobody asked for it before.</summary>
    public IUdpackClientBuilder Add(string name, IServiceCollection services, out bool isNew)
    {
        isNew = !_builders.TryGetValue(name, out var builder);
        return builder ?? (_builders[name] = new ClientBuilder(name, services));
    }

    private sealed class ClientBuilder(string name, IServiceCollection services) : IUdpackClientBuilder
    {
        public string Name => name;

        public IServiceCollection Services => services;
    }
}
