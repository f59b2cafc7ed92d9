using Microsoft.Extensions.DependencyInjection.Extensions;
using UDPack;
using UDPack.Testing;

#pragma warning disable IDE0130 // The namespace that tests of hosts have in scope, as all Add… methods of the ecosystem.
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Puts an application on a simulated network.</summary>
public static class SimulatedNetworkServiceCollectionExtensions
{
    /// <summary>
    /// Puts all UDPack servers and clients of the application on the network, and gives the application the network's time
    /// as its <see cref="TimeProvider"/>. Replaces what was registered; call it after the application's own registrations.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="network">The network; the container does not dispose it.</param>
    public static IServiceCollection AddSimulatedNetwork(this IServiceCollection services, SimulatedNetwork network)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(network);
        services.Replace(ServiceDescriptor.Singleton<UdpackNetwork>(network));
        services.Replace(ServiceDescriptor.Singleton(network.TimeProvider));
        return services;
    }
}
