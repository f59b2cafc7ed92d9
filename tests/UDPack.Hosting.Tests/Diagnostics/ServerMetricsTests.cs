using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using UDPack.Hosting.Tests.Fakes;

namespace UDPack.Hosting.Tests.Diagnostics;

public sealed class ServerMetricsTests
{
    [Theory]
    [InlineData("udpack.server.active_sessions", 7, null, null)]
    [InlineData("udpack.server.pending_handshakes", 2, null, null)]
    [InlineData("udpack.server.handshakes", 3, null, null)]
    [InlineData("udpack.server.expired_handshakes", 2, null, null)]
    [InlineData("udpack.server.rejected_handshakes", 4, "reason", "token_refused")]
    [InlineData("udpack.server.dropped_datagrams", 5, "reason", "replayed")]
    [InlineData("udpack.server.dropped_datagrams", 0, "reason", "not_authentic")]
    [InlineData("udpack.server.datagrams", 10, "direction", "receive")]
    [InlineData("udpack.server.datagrams", 9, "direction", "transmit")]
    [InlineData("udpack.server.io", 1000, "direction", "receive")]
    [InlineData("udpack.server.io", 900, "direction", "transmit")]
    [InlineData("udpack.server.retransmits", 8, null, null)]
    [InlineData("udpack.server.packets", 14, "direction", "receive")]
    [InlineData("udpack.server.packets", 13, "direction", "transmit")]
    [InlineData("udpack.server.streams", 6, null, null)]
    [InlineData("udpack.server.held_back_aborts", 16, null, null)]
    [InlineData("udpack.server.refused_moves", 17, null, null)]
    [InlineData("udpack.server.messages", 12, "direction", "receive")]
    [InlineData("udpack.server.messages", 11, "direction", "transmit")]
    public async Task Instruments_read_the_listeners(string instrument, long value, string? tag, string? tagValue)
    {
        var listeners = new FakeListenerFactory();
        using var host = TestHost.CreateServerBuilder(listeners).Build();
        using var collector = new MetricCollector<long>(host.Services.GetRequiredService<IMeterFactory>(), "UDPack.Server", instrument);
        await host.StartAsync();
        listeners.Listeners["default"].ActiveSessions = 7;
        listeners.Listeners["default"].PendingHandshakes = 2;

        collector.RecordObservableInstruments();

        var measurement = Assert.Single(
            collector.GetMeasurementSnapshot(), measurement => tag is null || Equals(measurement.Tags[tag], tagValue));
        Assert.Equal(value, measurement.Value);
        Assert.Equal("default", measurement.Tags["endpoint"]);
        Assert.Equal(tag is null ? 1 : 2, measurement.Tags.Count);
    }
}
