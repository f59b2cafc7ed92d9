using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using UDPack.Hosting.Tests.Fakes;

namespace UDPack.Hosting.Tests.Diagnostics;

public sealed class ServerHealthCheckTests : IDisposable
{
    private readonly FakeListenerFactory _listeners = new();
    private readonly IHost _host;

    public ServerHealthCheckTests()
    {
        var builder = TestHost.CreateServerBuilder(_listeners);
        builder.Services.AddUdpackServer().AddHealthCheck(failureStatus: HealthStatus.Degraded);
        _host = builder.Build();
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Is_healthy_from_started_to_stopping()
    {
        Assert.Equal((HealthStatus.Degraded, "The server has not started yet."), await CheckAsync());
        await _host.StartAsync();
        Assert.Equal((HealthStatus.Healthy, "Listening."), await CheckAsync());
        var stop = _host.StopAsync();
        Assert.Equal((HealthStatus.Degraded, "The server is stopping and admits no clients."), await CheckAsync());
        _listeners.Listeners["default"].Drained.SetResult();
        await stop;
        Assert.Equal((HealthStatus.Degraded, "The server has stopped."), await CheckAsync());
    }

    [Fact]
    public async Task A_dead_loop_is_not_healthy()
    {
        await _host.StartAsync();
        _listeners.Listeners["default"].Die(new InvalidOperationException("dead"));

        Assert.Equal(HealthStatus.Degraded, (await CheckAsync()).Status);
    }

    private async Task<(HealthStatus Status, string? Description)> CheckAsync()
    {
        var report = await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        var entry = report.Entries["udpack"];
        return (entry.Status, entry.Description);
    }
}
