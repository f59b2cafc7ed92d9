using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace UDPack.Hosting.Clients;

/// <summary>Healthy while the client has a session.</summary>
internal sealed class ClientHealthCheck(ClientConnection connection) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check(context.Registration.FailureStatus));

    private HealthCheckResult Check(HealthStatus failure)
    {
        var (state, error) = (connection.State, connection.LastError);
        if (connection.Session is { } session)
        {
            if (state == UdpackConnectionState.Unresponsive)
            {
                return new HealthCheckResult(
                    HealthStatus.Degraded, $"Nothing was heard from udp://{session.RemoteEndPoint} since {session.GetStatistics().LastReceivedAt:u}.");
            }

            return HealthCheckResult.Healthy(
                $"Connected to udp://{session.RemoteEndPoint}.",
                new Dictionary<string, object> { ["rtt_ms"] = session.GetStatistics().SmoothedRtt.TotalMilliseconds });
        }

        var description = state switch
        {
            UdpackConnectionState.Disconnected => "The client has not started yet.",
            UdpackConnectionState.Reconnecting => "The client lost its session and connects again.",
            UdpackConnectionState.Closed when error is not null => "The client has given up.",
            UdpackConnectionState.Closed => "The client is closed.",
            _ => "The client is connecting.",
        };
        return new HealthCheckResult(failure, connection.Problem is { } problem ? $"{description} {problem}" : description, error);
    }
}
