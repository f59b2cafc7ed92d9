using System.Diagnostics.CodeAnalysis;
using UDPack;
using UDPack.Hosting;
using UDPack.Hosting.Clients;

#pragma warning disable IDE0130 // The namespace that Program.cs has in scope, as all Add… methods of the ecosystem.
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>What can be plugged into a UDPack client.</summary>
public static class UdpackClientBuilderExtensions
{
    /// <summary>Adds who gives the client its tokens, as a singleton keyed by the client's name. It replaces one that was added before, and the setting <c>Token</c>.</summary>
    /// <typeparam name="TProvider">The provider; its constructor takes services.</typeparam>
    /// <param name="builder">The client.</param>
    public static IUdpackClientBuilder AddTokenProvider<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProvider>(
        this IUdpackClientBuilder builder)
        where TProvider : class, IUdpackTokenProvider
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddKeyedSingleton<IUdpackTokenProvider, TProvider>(builder.Name);
        return builder;
    }

    /// <summary>Adds who gives the client its tokens in the form of a delegate. It replaces one that was added before, and the setting <c>Token</c>.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="getToken">See <see cref="IUdpackTokenProvider.GetTokenAsync"/>.</param>
    public static IUdpackClientBuilder AddTokenProvider(
        this IUdpackClientBuilder builder, Func<UdpackTokenContext, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> getToken)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(getToken);
        builder.Services.AddKeyedSingleton<IUdpackTokenProvider>(builder.Name, new DelegateTokenProvider(getToken));
        return builder;
    }

    /// <summary>Adds who decides when the client connects again, as a singleton keyed by the client's name. It replaces one that was added before, and the settings <c>Reconnect</c>.</summary>
    /// <typeparam name="TPolicy">The policy; its constructor takes services.</typeparam>
    /// <param name="builder">The client.</param>
    public static IUdpackClientBuilder AddReconnectPolicy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPolicy>(
        this IUdpackClientBuilder builder)
        where TPolicy : class, IUdpackReconnectPolicy
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddKeyedSingleton<IUdpackReconnectPolicy, TPolicy>(builder.Name);
        return builder;
    }

    /// <summary>Adds who decides when the client connects again. It replaces one that was added before, and the settings <c>Reconnect</c>.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="policy">The policy.</param>
    public static IUdpackClientBuilder AddReconnectPolicy(this IUdpackClientBuilder builder, IUdpackReconnectPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(policy);
        builder.Services.AddKeyedSingleton(builder.Name, policy);
        return builder;
    }

    /// <summary>Adds what runs at the beginning of each session, as a singleton keyed by the client's name. Several run one after the other, in the order added.</summary>
    /// <typeparam name="THook">The hook; its constructor takes services.</typeparam>
    /// <param name="builder">The client.</param>
    public static IUdpackClientBuilder AddSessionHook<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THook>(
        this IUdpackClientBuilder builder)
        where THook : class, IUdpackClientSessionHook
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddKeyedSingleton<IUdpackClientSessionHook, THook>(builder.Name);
        return builder;
    }

    /// <summary>Adds what runs at the beginning of each session in the form of a delegate. Several run one after the other, in the order added.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="onSession">See <see cref="IUdpackClientSessionHook.OnSessionAsync"/>.</param>
    public static IUdpackClientBuilder AddSessionHook(this IUdpackClientBuilder builder, Func<UdpackSession, CancellationToken, ValueTask> onSession)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(onSession);
        builder.Services.AddKeyedSingleton<IUdpackClientSessionHook>(builder.Name, new DelegateSessionHook(onSession));
        return builder;
    }
}
