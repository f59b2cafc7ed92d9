using Microsoft.Extensions.Diagnostics.HealthChecks;
using UDPack.Hosting;
using UDPack.Hosting.Diagnostics;

#pragma warning disable IDE0130 // The namespace that Program.cs has in scope, as all Add… methods of the ecosystem.
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Health of the application's UDPack server.</summary>
public static class UdpackHealthChecksBuilderExtensions
{
    /// <summary>Adds a check that is healthy while the UDPack server's endpoints are bound, their loops live and clients are admitted.</summary>
    /// <param name="builder">The application's health checks.</param>
    /// <param name="name">The check's name. Default "udpack".</param>
    /// <param name="failureStatus">What is reported otherwise. Default <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to select checks by, such as "ready".</param>
    public static IHealthChecksBuilder AddUdpack(
        this IHealthChecksBuilder builder, string name = "udpack", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddUdpackServer();
        return builder.AddCheck<ServerHealthCheck>(name, failureStatus, tags ?? []);
    }

    /// <summary>Adds the check to the application's health checks; see <see cref="AddUdpack"/>.</summary>
    public static IUdpackServerBuilder AddHealthCheck(
        this IUdpackServerBuilder builder, string name = "udpack", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHealthChecks().AddUdpack(name, failureStatus, tags);
        return builder;
    }
}
