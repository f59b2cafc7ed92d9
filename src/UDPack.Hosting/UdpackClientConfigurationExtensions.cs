using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using UDPack;
using UDPack.Hosting;
using UDPack.Hosting.Clients;

#pragma warning disable IDE0130 // The namespace that Program.cs has in scope, as all Add… methods of the ecosystem.
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Makes clients of configuration.</summary>
public static class UdpackClientConfigurationExtensions
{
    /// <summary>Reads the options of a client; the section has the shape of <see cref="UdpackClientSettings"/>.</summary>
    /// <param name="section">The client's section, such as <c>configuration.GetSection("Udpack:Clients:default")</c>.</param>
    /// <param name="basePath">What a relative key file is relative to. Default: the current directory.</param>
    /// <exception cref="Options.OptionsValidationException">A setting is unknown, missing or wrong; the message names its key, value and fix.</exception>
    public static UdpackClientOptions CreateUdpackClientOptions(this IConfigurationSection section, string? basePath = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        return ClientOptionsFactory.Create(ClientOptionsFactory.Read(section), section.Path, basePath ?? Directory.GetCurrentDirectory());
    }

    /// <summary>
    /// Adds a <see cref="UdpackClient"/> as a keyed singleton with the settings of <c>Udpack:Clients:{name}</c>:
    /// take it with <c>[FromKeyedServices("name")] UdpackClient client</c>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The client's name in the configuration and as a service.</param>
    /// <param name="configure">Settings in code, applied after the configuration.</param>
    public static IServiceCollection AddUdpackClient(this IServiceCollection services, string name, Action<UdpackClientSettings>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        services.TryAddSingleton(UdpackNetwork.System);
        services.TryAddSingleton(static provider => provider.GetRequiredService<UdpackNetwork>().TimeProvider);
        services.TryAddSingleton<ICipherFactory, SystemCipherFactory>();
        services.TryAddKeyedSingleton(name, (provider, _) => new UdpackClient(CreateOptions(provider, name, configure)));
        return services;
    }

    internal static UdpackClientOptions CreateOptions(IServiceProvider provider, string name, Action<UdpackClientSettings>? configure)
    {
        var path = $"Udpack:Clients:{name}";
        var settings = provider.GetService<IConfiguration>() is { } configuration
            ? ClientOptionsFactory.Read(configuration.GetSection(path))
            : new UdpackClientSettings();
        configure?.Invoke(settings);
        var basePath = provider.GetService<IHostEnvironment>()?.ContentRootPath ?? Directory.GetCurrentDirectory();
        var options = ClientOptionsFactory.Create(settings, path, basePath, provider);
        options.Ciphers = provider.GetRequiredService<ICipherFactory>();
        options.Network = provider.GetRequiredService<UdpackNetwork>();
        options.TimeProvider = provider.GetRequiredService<TimeProvider>();
        options.LoggerFactory = provider.GetService<ILoggerFactory>();
        return options;
    }
}
