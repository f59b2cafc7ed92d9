using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using UDPack;
using UDPack.Hosting;
using UDPack.Hosting.Configuration;
using UDPack.Hosting.Diagnostics;
using UDPack.Hosting.Handlers;
using UDPack.Hosting.KeyLogs;
using UDPack.Hosting.Keys;
using UDPack.Hosting.Server;

#pragma warning disable IDE0130 // The namespace that Program.cs has in scope, as all Add… methods of the ecosystem.
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Adds a UDPack server to an application.</summary>
public static class UdpackServiceCollectionExtensions
{
    /// <summary>
    /// Adds a UDPack server and plugs handlers into it. The same server as that of
    /// <see cref="AddUdpackServer(IServiceCollection)"/>: both can be called, in any order and more than once.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Called at once.</param>
    public static IUdpackServerBuilder AddUdpack(this IServiceCollection services, Action<UdpackOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = services.AddUdpackServer();
        configure(new UdpackOptions(builder.Handlers));
        return builder;
    }

    /// <summary>
    /// Adds a UDPack server that starts and stops with the host. Its settings come from <c>Udpack:Server</c> and its keys
    /// from <c>Udpack:Keys</c> of the host's configuration; mistakes there fail the start. What the application registered
    /// itself (<see cref="UDPack.ITokenValidator"/>, <see cref="UDPack.IKeyStore"/>, <see cref="ICipherFactory"/>, <see cref="TimeProvider"/>, <see cref="UdpackNetwork"/>,
    /// and for display an <see cref="IProgress{T}"/> of <see cref="HandshakeStep"/>) is used. Where it listens: <see cref="IUdpackServer"/>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    public static IUdpackServerBuilder AddUdpackServer(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.FirstOrDefault(service => service.ServiceType == typeof(ServerRegistration))?.ImplementationInstance is ServerRegistration existing)
        {
            return existing.Builder;
        }

        var registration = new ServerRegistration(services);
        services.AddSingleton(registration);
        services.TryAddSingleton(provider => new UdpackConfiguration(
            registration.Section ?? provider.GetService<IConfiguration>()?.GetSection(UdpackConfiguration.RootName)));
        services.AddOptionsWithValidateOnStart<UdpackServerOptions>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<UdpackServerOptions>, ServerOptionsBinder>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<UdpackServerOptions>, ServerOptionsValidator>());
        services.AddOptions<UdpackKeysOptions>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<UdpackKeysOptions>, KeysOptionsBinder>());
        services.TryAddSingleton(UdpackNetwork.System);
        services.TryAddSingleton(static provider => provider.GetRequiredService<UdpackNetwork>().TimeProvider);
        services.TryAddSingleton<ICipherFactory, SystemCipherFactory>();
        services.TryAddSingleton<UDPack.IKeyStore, ConfiguredKeyStore>();
        services.TryAddSingleton<PemFileKeyStore>();
        services.TryAddSingleton<DevelopmentKeyStore>();
        services.TryAddSingleton<ServerSettings>();
        services.TryAddSingleton<SessionRunner>();
        services.TryAddSingleton<KeyLogFiles>();
        services.TryAddSingleton<ServerComposer>();
        services.TryAddSingleton<IListenerFactory, SocketListenerFactory>();
        services.TryAddSingleton<ServerStatus>();
        services.TryAddSingleton<IUdpackServer>(static provider => provider.GetRequiredService<ServerStatus>());
        services.TryAddSingleton<ServerListeners>();
        services.TryAddSingleton<ServerMetrics>();
        services.TryAddSingleton<ServerHealthCheck>();
        services.AddHostedService<UdpackServerService>();
        return registration.Builder;
    }

    /// <inheritdoc cref="AddUdpackServer(IServiceCollection)" path="/summary"/>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Settings in code; they win over the configuration's, except those of the configuration's endpoints that the code does not touch.</param>
    public static IUdpackServerBuilder AddUdpackServer(this IServiceCollection services, Action<UdpackServerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = services.AddUdpackServer();
        services.Configure(configure);
        return builder;
    }

    /// <inheritdoc cref="AddUdpackServer(IServiceCollection)" path="/summary"/>
    /// <param name="services">The application's services.</param>
    /// <param name="section">The section to use instead of <c>Udpack</c>; it has the sections <c>Server</c> and <c>Keys</c>.</param>
    public static IUdpackServerBuilder AddUdpackServer(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        var builder = services.AddUdpackServer();
        var registration = (ServerRegistration)services.First(service => service.ServiceType == typeof(ServerRegistration)).ImplementationInstance!;
        registration.Section = section;
        return builder;
    }
}
