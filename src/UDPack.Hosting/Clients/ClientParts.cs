using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using UDPack.Hosting.KeyLogs;

namespace UDPack.Hosting.Clients;

/// <summary>What the application's services give its clients.</summary>
internal sealed class ClientParts(IServiceProvider services, UdpackNetwork network, TimeProvider time, ICipherFactory ciphers, KeyLogFiles keyLogs)
{
    public UdpackNetwork Network => network;

    public TimeProvider Time => time;

    public KeyLogFiles KeyLogs => keyLogs;

    /// <summary>Generic hosts have logs; a bare service collection may not.</summary>
    public ILoggerFactory Loggers { get; } = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;

    public string BasePath { get; } = services.GetService<IHostEnvironment>()?.ContentRootPath ?? Directory.GetCurrentDirectory();

    public bool HasTokenProvider(string client) => Has<IUdpackTokenProvider>(client);

    public IUdpackTokenProvider? TokenProvider(string client) => services.GetKeyedService<IUdpackTokenProvider>(client);

    public IUdpackReconnectPolicy? ReconnectPolicy(string client) => services.GetKeyedService<IUdpackReconnectPolicy>(client);

    public IEnumerable<IUdpackClientSessionHook> SessionHooks(string client) => services.GetKeyedServices<IUdpackClientSessionHook>(client);

    /// <summary>The options of one connect. The key file is read again each time.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">They cannot be had, such as when the key file has gone.</exception>
    public UdpackClientOptions CreateOptions(string client, UdpackClientSettings settings)
    {
        var provider = TokenProvider(client);
        var options = ClientOptionsFactory.Create(settings, ClientRegistrations.PathOf(client), BasePath, provider is not null, keyLogs);
        options.Ciphers = ciphers;
        options.Network = network;
        options.TimeProvider = time;
        options.LoggerFactory = Loggers;
        if (provider is not null)
        {
            var context = new UdpackTokenContext(client);
            options.TokenProvider = cancellationToken => provider.GetTokenAsync(context, cancellationToken);
        }

        return options;
    }

    // Asked without making it: the settings are validated before the application's services are up.
    private bool Has<T>(string client)
        where T : class =>
        services.GetService<IServiceProviderIsKeyedService>() is { } registered
            ? registered.IsKeyedService(typeof(T), client)
            : services.GetKeyedService<T>(client) is not null;
}
