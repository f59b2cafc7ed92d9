using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using UDPack.Hosting.Handlers;

namespace UDPack.Hosting;

#pragma warning disable RS0026 // One form takes a type argument and the other a delegate: no call can mean either.

/// <summary>
/// Who handles sessions: one handler for each endpoint that has its own, and one for all other endpoints. Adding the
/// same handler twice is one; two different ones for the same endpoint fail the start.
/// </summary>
public sealed class UdpackHandlers
{
    private readonly IServiceCollection _services;
    private readonly List<HandlerRegistration> _registrations;

    internal UdpackHandlers(IServiceCollection services, List<HandlerRegistration> registrations)
    {
        _services = services;
        _registrations = registrations;
    }

    /// <summary>Adds a handler type. It is made for each session, in the session's scope, unless the application registered it otherwise.</summary>
    /// <typeparam name="THandler">The handler; its constructor takes services.</typeparam>
    /// <param name="endpointName">The endpoint whose sessions it handles; null: those of all endpoints without a handler of their own.</param>
    public UdpackHandlers Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(string? endpointName = null)
        where THandler : UdpackSessionHandler
    {
        _services.TryAddScoped<THandler>();
        _registrations.Add(new HandlerRegistration(
            endpointName, typeof(THandler), typeof(THandler).Name, static services => services.GetRequiredService<THandler>()));
        return this;
    }

    /// <summary>Adds a handler in the form of a delegate.</summary>
    /// <param name="handler">See <see cref="UdpackSessionHandler.OnSessionAsync"/>.</param>
    /// <param name="endpointName">The endpoint whose sessions it handles; null: those of all endpoints without a handler of their own.</param>
    public UdpackHandlers Add(Func<UdpackSession, CancellationToken, Task> handler, string? endpointName = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var instance = new DelegateHandler(handler);
        _registrations.Add(new HandlerRegistration(endpointName, handler, "a delegate", _ => instance));
        return this;
    }

    /// <summary>Adds a handler in the form of delegates for packets, streams and messages.</summary>
    /// <param name="callbacks">What to call; what is not set is dropped or refused, as in <see cref="UdpackPacketHandler"/>.</param>
    /// <param name="endpointName">The endpoint whose sessions it handles; null: those of all endpoints without a handler of their own.</param>
    public UdpackHandlers Add(UdpackCallbacks callbacks, string? endpointName = null)
    {
        ArgumentNullException.ThrowIfNull(callbacks);
        var instance = new CallbackHandler(callbacks);
        _registrations.Add(new HandlerRegistration(endpointName, callbacks, instance.DisplayName, _ => instance));
        return this;
    }
}
