using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using static UDPack.Hosting.UdpackConnectionState;

namespace UDPack.Hosting.Tests.Clients;

public sealed class DiagnosticsTests
{
    [Fact]
    public async Task Connects_and_failures_are_counted_and_timed()
    {
        await using var world = new ClientWorld(("Reconnect:Jitter", "0"));
        await world.RunUnstartedAsync(async () =>
        {
            using var connects = Collect<long>(world, "udpack.client.connects");
            using var failures = Collect<long>(world, "udpack.client.failed_connects");
            using var reconnects = Collect<long>(world, "udpack.client.reconnects");
            using var durations = Collect<double>(world, "udpack.client.connect.duration");
            await world.Host.StartAsync();
            await world.DelayAsync(0.5);
            var server = world.Listen();
            await world.Connection.GetSessionAsync();
            Assert.Empty(reconnects.GetMeasurementSnapshot());
            await server.DisposeAsync();
            await world.UntilAsync(Reconnecting);
            await using var again = world.Listen();
            await world.Connection.GetSessionAsync();

            Assert.Equal([1, 1], connects.GetMeasurementSnapshot().Select(measurement => measurement.Value));
            Assert.Equal(1, Assert.Single(reconnects.GetMeasurementSnapshot()).Value);
            var failure = Assert.Single(failures.GetMeasurementSnapshot());
            Assert.Equal(("telemetry", "name_not_resolved", 2), (failure.Tags["client"], failure.Tags["reason"], failure.Tags.Count));
            // Two round trips of 20 ms, and what the handshake's threads need none of.
            Assert.All(durations.GetMeasurementSnapshot(), measurement => Assert.InRange(measurement.Value, 0.02, 0.1));
            Assert.All(durations.GetMeasurementSnapshot(), measurement => Assert.Equal([new("client", "telemetry")], measurement.Tags));
        });
    }

    [Fact]
    public async Task States_and_round_trip_times_are_observed()
    {
        await using var world = new ClientWorld();
        await world.RunAsync(async () =>
        {
            await world.UntilAsync(UdpackConnectionState.Connecting);
            using var states = Collect<long>(world, "udpack.client.connections");
            using var rtt = Collect<double>(world, "udpack.client.rtt");
            states.RecordObservableInstruments();
            rtt.RecordObservableInstruments();
            Assert.Equal("connecting", Present(states));
            Assert.Empty(rtt.GetMeasurementSnapshot());

            await using var server = world.Listen();
            await world.Connection.SendAndConfirmAsync("hello"u8.ToArray());
            states.Clear();
            states.RecordObservableInstruments();
            rtt.RecordObservableInstruments();
            Assert.Equal("connected", Present(states));
            Assert.InRange(Assert.Single(rtt.GetMeasurementSnapshot()).Value, 0.02, 0.06);
        });

        static object? Present(MetricCollector<long> states)
        {
            var all = states.GetMeasurementSnapshot();
            Assert.Equal(6, all.Count);
            return Assert.Single(all, measurement => measurement.Value == 1).Tags["state"];
        }
    }

    [Fact]
    public async Task Each_connect_is_a_span()
    {
        await using var world = new ClientWorld();
        var client = $"traced {Guid.NewGuid()}";
        world.Builder.Services.AddUdpackClient(client, settings =>
        {
            settings.RemoteEndPoint = $"{ClientWorld.ServerName}:9000";
            settings.ServerPublicKey = ClientWorld.Key.PublicKey.ToPem();
            settings.Token = "token";
        });
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "UDPack.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                // Tests run side by side, and sources are the process's.
                if (Equals(span.GetTagItem("client"), client))
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await world.RunAsync(async () =>
        {
            await world.DelayAsync(0.1);
            await using var server = world.Listen();
            await world.Host.Services.GetRequiredService<IUdpackClientFactory>().GetConnection(client).GetSessionAsync();
        });

        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Unset], spans.Select(span => span.Status));
        Assert.All(spans, span => Assert.Equal(("udpack connect", ActivityKind.Client, ClientWorld.ServerName, 9000), (span.OperationName, span.Kind, span.GetTagItem("server.address"), span.GetTagItem("server.port"))));
        Assert.Equal("name_not_resolved", spans[0].GetTagItem("error.type"));
        Assert.Equal("192.0.2.1", spans[1].GetTagItem("network.peer.address"));
    }

    [Fact]
    public async Task Health_follows_the_connection()
    {
        await using var world = new ClientWorld();
        world.ClientBuilder.AddHealthCheck(tags: ["ready"]);
        world.Builder.Services.AddHealthChecks().AddUdpackClient("telemetry", "second", HealthStatus.Degraded);
        await world.RunUnstartedAsync(async () =>
        {
            await AssertHealthAsync(world, HealthStatus.Unhealthy, "The client has not started yet.");
            await world.Host.StartAsync();
            await world.DelayAsync(0.1);
            await AssertHealthAsync(world, HealthStatus.Unhealthy, "The client is connecting. The server's name server.example does not resolve");
            var server = world.Listen();
            await world.Connection.GetSessionAsync();
            await AssertHealthAsync(world, HealthStatus.Healthy, "Connected to udp://192.0.2.1:9000.");
            await server.DisposeAsync();
            await world.UntilAsync(Reconnecting);
            await AssertHealthAsync(world, HealthStatus.Unhealthy, "The client lost its session and connects again. ");
            await world.Host.StopAsync();
            await AssertHealthAsync(world, HealthStatus.Unhealthy, "The client is closed.");
        });
    }

    private static async Task AssertHealthAsync(ClientWorld world, HealthStatus status, string description)
    {
        var report = await world.Host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        var (first, second) = (report.Entries["udpack-telemetry"], report.Entries["second"]);
        Assert.Equal((status, status == HealthStatus.Healthy ? status : HealthStatus.Degraded), (first.Status, second.Status));
        Assert.StartsWith(description, first.Description, StringComparison.Ordinal);
        Assert.Equal(["ready"], first.Tags);
    }

    private static MetricCollector<T> Collect<T>(ClientWorld world, string instrument)
        where T : struct => new(world.Host.Services.GetRequiredService<IMeterFactory>(), "UDPack.Client", instrument, world.Network.TimeProvider);
}
