using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UDPack;
using UDPack.Hosting;
using UDPack.Hosting.Clients;
using UDPack.Hosting.KeyLogs;

#pragma warning disable IDE0130 // The namespace that Program.cs has in scope, as all Add… methods of the ecosystem.
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Adds UDPack clients to an application, or makes their options of configuration.</summary>
public static class UdpackClientConfigurationExtensions
{
    /// <summary>Reads the options of a client; the section has the shape of <see cref="UdpackClientSettings"/>.</summary>
    /// <remarks>A key log that the section asks for (KeyLogFile) is opened at each call: dispose <see cref="UdpackClientOptions.KeyLog"/> when you are done.</remarks>
    /// <param name="section">The client's section, such as <c>configuration.GetSection("Udpack:Clients:default")</c>.</param>
    /// <param name="basePath">What a relative key file is relative to. Default: the current directory.</param>
    /// <exception cref="OptionsValidationException">A setting is unknown, missing or wrong; the message names its key, value and fix.</exception>
    public static UdpackClientOptions CreateUdpackClientOptions(this IConfigurationSection section, string? basePath = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        return ClientOptionsFactory.Create(ClientOptionsFactory.Read(section), section.Path, basePath ?? Directory.GetCurrentDirectory());
    }

    /// <summary>
    /// Adds a client with the settings of <c>Udpack:Clients:{name}</c> that stays connected while the host runs: take it with
    /// <c>[FromKeyedServices("name")] UdpackConnection connection</c>, or from <see cref="IUdpackClientFactory"/>. Bad settings fail the host's
    /// start. Calls for the same name add to the same client. What the application registered itself (<see cref="ICipherFactory"/>,
    /// <see cref="TimeProvider"/>, <see cref="UdpackNetwork"/>) is used.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="name">The client's name in the configuration and as a service.</param>
    /// <param name="configure">Settings in code, applied after the configuration.</param>
    public static IUdpackClientBuilder AddUdpackClient(this IServiceCollection services, string name, Action<UdpackClientSettings>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        services.TryAddSingleton(UdpackNetwork.System);
        services.TryAddSingleton(static provider => provider.GetRequiredService<UdpackNetwork>().TimeProvider);
        services.TryAddSingleton<ICipherFactory, SystemCipherFactory>();
        services.TryAddSingleton<KeyLogFiles>();
        services.TryAddSingleton<ClientParts>();
        services.TryAddSingleton<ClientConnections>();
        services.TryAddSingleton<IUdpackClientFactory>(static provider => provider.GetRequiredService<ClientConnections>());
        services.AddHostedService<ClientService>();
        var builder = ClientRegistrations.Of(services).Add(name, services, out var isNew);
        if (isNew)
        {
            AddSettings(services, name);
            services.AddKeyedSingleton(name, static (provider, key) => provider.GetRequiredService<ClientConnections>().GetConnection((string)key!));
        }

        if (configure is not null)
        {
            services.Configure(name, configure);
        }

        return builder;
    }

    private static void AddSettings(IServiceCollection services, string name)
    {
        services.AddOptionsWithValidateOnStart<UdpackClientSettings>(name);
        services.AddSingleton<IConfigureOptions<UdpackClientSettings>>(
            provider => new ClientSettingsBinder(name, provider.GetService<IConfiguration>()));
        services.AddSingleton<IValidateOptions<UdpackClientSettings>>(
            provider => new ClientSettingsValidator(name, provider.GetRequiredService<ClientParts>()));
        services.AddKeyedSingleton(name, (provider, _) => new ClientSettingsSource(
            name,
            provider.GetRequiredService<IOptionsFactory<UdpackClientSettings>>(),
            provider.GetService<IConfiguration>(),
            provider.GetRequiredService<ClientParts>().Loggers.CreateLogger<ClientSettingsSource>()));
        services.AddSingleton<IOptionsChangeTokenSource<UdpackClientSettings>>(
            provider => provider.GetRequiredKeyedService<ClientSettingsSource>(name));
    }
}
