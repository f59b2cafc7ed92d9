using Microsoft.Extensions.Diagnostics.HealthChecks;
using UDPack.Hosting.Server;

namespace UDPack.Hosting.Diagnostics;

/// <summary>Healthy while the server is bound, its loops live and it admits clients.</summary>
internal sealed class ServerHealthCheck(ServerStatus status) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check(context.Registration.FailureStatus));

    private HealthCheckResult Check(HealthStatus failure)
    {
        if (status.Bound.FirstOrDefault(endpoint => endpoint.Listener.Completion.IsCompleted) is { } dead && status.State == ServerState.Running)
        {
            return new HealthCheckResult(failure, $"The endpoint '{dead.Name}' is dead.", dead.Listener.Completion.Exception?.InnerException);
        }

        return status.State switch
        {
            ServerState.Running => HealthCheckResult.Healthy(
                "Listening.", new Dictionary<string, object> { ["sessions"] = status.Bound.Sum(endpoint => endpoint.Listener.ActiveSessions) }),
            ServerState.NotStarted or ServerState.Bound => new HealthCheckResult(failure, "The server has not started yet."),
            ServerState.Draining => new HealthCheckResult(failure, "The server is stopping and admits no clients."),
            ServerState.Stopped => new HealthCheckResult(failure, "The server has stopped."),
            _ => new HealthCheckResult(failure, "The server has failed."),
        };
    }
}
