using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Testing;

namespace UDPack.Hosting.Tests.Diagnostics;

/// <summary>What is recorded as it happens, with real sessions.</summary>
public sealed partial class LiveMetricsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Handshakes_are_timed_by_result()
    {
        await using var server = await LiveServer.StartAsync();
        using var durations = Collect<double>(server, "udpack.server.handshake.duration");
        await using (var session = await server.ConnectAsync())
        {
            await LiveServer.EchoAsync(session);
        }

        await Assert.ThrowsAsync<UdpackException>(() => server.ConnectAsync("bad"));
        using (var stranger = ServerKey.GenerateP256())
        {
            await Assert.ThrowsAsync<UdpackException>(() => server.ConnectAsync(key: stranger.PublicKey, attempts: 1));
        }

        await durations.WaitForMeasurementsAsync(3, Patience);
        var measured = durations.GetMeasurementSnapshot();
        Assert.Equal(["completed", "refused", "dropped"], measured.Take(3).Select(measurement => measurement.Tags["result"]));
        Assert.All(measured, measurement =>
        {
            Assert.InRange(measurement.Value, 0, 30);
            Assert.Equal(server.Name, measurement.Tags["endpoint"]);
            Assert.Equal(2, measurement.Tags.Count);
        });
    }

    [Fact]
    public async Task The_end_of_a_session_gives_its_duration_cause_and_round_trip_time()
    {
        await using var server = await LiveServer.StartAsync();
        using var durations = Collect<double>(server, "udpack.server.session.duration");
        using var rtts = Collect<double>(server, "udpack.server.rtt");
        await using (var session = await server.ConnectAsync())
        {
            await LiveServer.EchoAsync(session);
        }

        await durations.WaitForMeasurementsAsync(1, Patience);
        var measurement = Assert.Single(durations.GetMeasurementSnapshot());
        Assert.Equal("closed_by_peer", measurement.Tags["cause"]);
        Assert.InRange(measurement.Value, 0, 60);
        var rtt = Assert.Single(rtts.GetMeasurementSnapshot());
        Assert.InRange(rtt.Value, 0, 30);
        Assert.Equal(["endpoint"], rtt.Tags.Keys);
    }

    [Fact]
    public async Task Live_sessions_give_their_round_trip_time_when_someone_collects()
    {
        await using var server = await LiveServer.StartAsync();
        using var rtts = Collect<double>(server, "udpack.server.rtt");
        using var sessions = Collect<long>(server, "udpack.server.active_sessions");
        await using var session = await server.ConnectAsync();
        await LiveServer.EchoAsync(session);

        sessions.RecordObservableInstruments();

        await rtts.WaitForMeasurementsAsync(1, Patience);
        Assert.Equal(1, sessions.GetMeasurementSnapshot()[0].Value);
    }

    [Fact]
    public async Task Failing_handlers_are_all_counted_and_not_all_logged()
    {
        await using var server = await LiveServer.StartAsync();
        using var failures = Collect<long>(server, "udpack.server.handler_failures");
        for (var i = 0; i < 15; i++)
        {
            await using var session = await server.ConnectAsync();
            await session.SendAsync("boom"u8.ToArray());
            await failures.WaitForMeasurementsAsync(i + 1, Patience);
        }

        Assert.All(failures.GetMeasurementSnapshot(), measurement => Assert.Equal((1L, "session"), (measurement.Value, measurement.Tags["kind"])));
        Assert.InRange(server.Host.Services.GetFakeLogCollector().GetSnapshot().Count(record => record.Id.Id == 2040), 1, 15);
    }

    [Fact]
    public async Task A_listener_that_throws_ends_no_loop_and_is_logged_once()
    {
        await using var server = await LiveServer.StartAsync();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == server.Host.Services.GetRequiredService<IMeterFactory>() && instrument.Name == "udpack.server.handshake.duration")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => throw new InvalidOperationException("a bad exporter"));
        listener.Start();

        for (var i = 0; i < 2; i++)
        {
            await using var session = await server.ConnectAsync();
            await LiveServer.EchoAsync(session);
        }

        Assert.Single(server.Host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Id.Id == 2060);
    }

    [Fact]
    public async Task The_table_in_the_documents_has_every_instrument_with_its_unit()
    {
        await using var server = await LiveServer.StartAsync();
        var instruments = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "UDPack.Server" && instrument.Meter.Scope == server.Host.Services.GetRequiredService<IMeterFactory>())
                {
                    instruments.Add($"{instrument.Name} {instrument.Unit}");
                    Assert.False(string.IsNullOrEmpty(instrument.Description));
                }
            },
        };
        listener.Start();

        var listed = Row().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/operations.md")))
            .Select(match => $"{match.Groups["name"].Value} {match.Groups["unit"].Value}");
        Assert.NotEmpty(instruments);
        Assert.Equal(instruments.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static MetricCollector<T> Collect<T>(LiveServer server, string instrument)
        where T : struct => new(server.Host.Services.GetRequiredService<IMeterFactory>(), "UDPack.Server", instrument);

    [GeneratedRegex(@"^\| `(?<name>udpack\.server\.[a-z_.]+)` \| `(?<unit>[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
