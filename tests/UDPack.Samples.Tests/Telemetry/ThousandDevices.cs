using UDPack.Samples.Tests.Running;

namespace UDPack.Samples.Tests.Telemetry;

/// <summary>One server with a thousand devices, for several tests. None of them leaves.</summary>
public sealed class ThousandDevices : IAsyncLifetime
{
    public const int Count = 1000;

    private Program? _devices;

    internal TelemetryFolder Folder { get; } = new();

    internal OtlpReceiver Collector { get; } = new();

    internal TelemetryServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await Folder.StartServerAsync(environment:
        [
            new("OTEL_EXPORTER_OTLP_ENDPOINT", Collector.Address),
            new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            new("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
        ]);
        _devices = Folder.StartDevices(Server, "--count", $"{Count}", "--rate", "0.2", "--loss", "0.01", "--flaky", "0");
        // On a machine with much else to do, a thousand handshakes take their time.
        await Server.UntilAsync("all devices", fleet => (int)fleet["sessions"]! == Count);
    }

    public async Task DisposeAsync()
    {
        await _devices!.DisposeAsync();
        await Server.DisposeAsync();
        Collector.Dispose();
        Folder.Dispose();
    }
}
