using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using UDPack;
using UDPack.Hosting;
using UDPack.Hosting.Keys;
using UDPack.Hosting.Tokens;

#pragma warning disable IDE0130 // The namespace that Program.cs has in scope, as all Add… methods of the ecosystem.
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

#pragma warning disable RS0026 // One form takes a type argument and the other a delegate: no call can mean either.

/// <summary>What can be plugged into a UDPack server.</summary>
public static class UdpackServerBuilderExtensions
{
    /// <summary>Adds a handler type; see <see cref="UdpackHandlers.Add{THandler}"/>.</summary>
    public static IUdpackServerBuilder AddHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IUdpackServerBuilder builder, string? endpointName = null)
        where THandler : UdpackSessionHandler
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Handlers.Add<THandler>(endpointName);
        return builder;
    }

    /// <summary>Adds a handler in the form of a delegate; see <see cref="UdpackSessionHandler.OnSessionAsync"/>.</summary>
    public static IUdpackServerBuilder AddHandler(
        this IUdpackServerBuilder builder, Func<UdpackSession, CancellationToken, Task> handler, string? endpointName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Handlers.Add(handler, endpointName);
        return builder;
    }

    /// <summary>Adds a handler in the form of delegates for packets, streams and messages; see <see cref="UdpackPacketHandler"/>.</summary>
    public static IUdpackServerBuilder AddHandler(this IUdpackServerBuilder builder, UdpackCallbacks callbacks, string? endpointName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Handlers.Add(callbacks, endpointName);
        return builder;
    }

    /// <summary>
    /// Adds the check of client tokens as a singleton. Does nothing if the application has one already (for that endpoint).
    /// </summary>
    /// <typeparam name="TValidator">The validator; its constructor takes services.</typeparam>
    /// <param name="builder">The server.</param>
    /// <param name="endpointName">The endpoint it is for; null: all endpoints without a validator of their own.</param>
    public static IUdpackServerBuilder AddTokenValidator<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TValidator>(
        this IUdpackServerBuilder builder, string? endpointName = null)
        where TValidator : class, ITokenValidator
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (endpointName is null)
        {
            builder.Services.TryAddSingleton<ITokenValidator, TValidator>();
        }
        else
        {
            builder.Services.TryAddKeyedSingleton<ITokenValidator, TValidator>(endpointName);
        }

        return builder;
    }

    /// <summary>Adds the check of client tokens in the form of a delegate. Does nothing if the application has one already (for that endpoint).</summary>
    /// <param name="builder">The server.</param>
    /// <param name="validate">See <see cref="ITokenValidator.ValidateAsync"/>.</param>
    /// <param name="endpointName">The endpoint it is for; null: all endpoints without a validator of their own.</param>
    public static IUdpackServerBuilder AddTokenValidator(
        this IUdpackServerBuilder builder,
        Func<TokenValidationContext, CancellationToken, ValueTask<TokenVerdict>> validate,
        string? endpointName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(validate);
        var validator = new DelegateTokenValidator(validate);
        if (endpointName is null)
        {
            builder.Services.TryAddSingleton<ITokenValidator>(validator);
        }
        else
        {
            builder.Services.TryAddKeyedSingleton<ITokenValidator>(endpointName, validator);
        }

        return builder;
    }

    /// <summary>Adds an endpoint, or configures one that the configuration has.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The endpoint's name.</param>
    /// <param name="configure">Called with the endpoint's settings, after the configuration was read into them.</param>
    public static IUdpackServerBuilder AddEndpoint(this IUdpackServerBuilder builder, string name, Action<UdpackEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        builder.Services.Configure<UdpackServerOptions>(options =>
        {
            if (!options.Endpoints.TryGetValue(name, out var endpoint))
            {
                options.Endpoints[name] = endpoint = new UdpackEndpointOptions();
            }

            configure?.Invoke(endpoint);
        });
        return builder;
    }

    /// <summary>Takes the server's keys from the application's own store, a singleton. Does nothing if the application registered one already.</summary>
    /// <typeparam name="TKeyStore">The store; its constructor takes services.</typeparam>
    public static IUdpackServerBuilder AddKeyStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TKeyStore>(
        this IUdpackServerBuilder builder)
        where TKeyStore : class, IKeyStore => builder.UseKeyStore(ServiceDescriptor.Singleton<IKeyStore, TKeyStore>());

    /// <summary>
    /// Takes the server's keys from PEM files, as <c>Udpack:Keys</c> says, in every environment. They are watched: keys
    /// rotate without a restart. Does nothing if the application registered a key store already.
    /// </summary>
    /// <param name="builder">The server.</param>
    /// <param name="configure">Settings in code, applied after the configuration.</param>
    public static IUdpackServerBuilder AddPemKeys(this IUdpackServerBuilder builder, Action<UdpackKeysOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (configure is not null)
        {
            builder.Services.Configure(configure);
        }

        return builder.UseKeyStore(ServiceDescriptor.Singleton<IKeyStore>(static services => services.GetRequiredService<PemFileKeyStore>()));
    }

    /// <summary>
    /// Uses a key that is made on first run and kept in <c>.udpack/dev.key.pem</c> below the content root. Fails the start
    /// outside the Development environment. Without this call that is what happens in Development when no key is configured.
    /// </summary>
    public static IUdpackServerBuilder AddDevelopmentKey(this IUdpackServerBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseKeyStore(ServiceDescriptor.Singleton<IKeyStore>(static services => services.GetRequiredService<DevelopmentKeyStore>()));
    }

    private static IUdpackServerBuilder UseKeyStore(this IUdpackServerBuilder builder, ServiceDescriptor store)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Only the default that AddUdpackServer put there gives way.
        var fallback = builder.Services.FirstOrDefault(service =>
            !service.IsKeyedService && service.ServiceType == typeof(IKeyStore) && service.ImplementationType == typeof(ConfiguredKeyStore));
        if (fallback is not null)
        {
            builder.Services.Remove(fallback);
        }

        builder.Services.TryAdd(store);
        return builder;
    }
}
