using Microsoft.Extensions.Diagnostics.HealthChecks;
using UDPack.Hosting;
using UDPack.Hosting.Clients;

#pragma warning disable IDE0130 // The namespace that Program.cs has in scope, as all Add… methods of the ecosystem.
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Health of the application's UDPack clients.</summary>
public static class UdpackClientHealthChecksBuilderExtensions
{
    /// <summary>Adds a check that is healthy while a UDPack client has a session.</summary>
    /// <param name="builder">The application's health checks.</param>
    /// <param name="clientName">The name given to AddUdpackClient.</param>
    /// <param name="name">The check's name. Default "udpack-" and the client's name.</param>
    /// <param name="failureStatus">What is reported otherwise. Default <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to select checks by, such as "ready".</param>
    public static IHealthChecksBuilder AddUdpackClient(
        this IHealthChecksBuilder builder, string clientName, string? name = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(clientName);
        return builder.Add(new HealthCheckRegistration(
            name ?? $"udpack-{clientName}",
            services => new ClientHealthCheck((ClientConnection)services.GetRequiredService<ClientConnections>().GetConnection(clientName)),
            failureStatus,
            tags));
    }

    /// <summary>Adds the check to the application's health checks; see <see cref="AddUdpackClient"/>.</summary>
    public static IUdpackClientBuilder AddHealthCheck(
        this IUdpackClientBuilder builder, string? name = null, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHealthChecks().AddUdpackClient(builder.Name, name, failureStatus, tags);
        return builder;
    }
}
