using System.Globalization;
using System.Net;

namespace UDPack.Samples.Tests.Telemetry;

/// <summary>A thousand devices report, and everything that looks at them sees it.</summary>
public sealed class ThousandDevicesTests(ThousandDevices fleet) : IClassFixture<ThousandDevices>
{
    [Fact]
    public async Task Each_has_a_session_and_figures_of_its_own()
    {
        var figures = await fleet.Server.UntilAsync(
            "a fleet that reports",
            figures => (int)figures["sessions"]! == ThousandDevices.Count
                && ((string)figures["map"]!).Length == ThousandDevices.Count
                && (double)figures["packetsPerSecond"]! > 0
                && (double)figures["bytesPerSecond"]! > 0
                && (double)figures["rttP50"]! > 0
                && (double)figures["loss"]! > 0);

        Assert.InRange((double)figures["rttP99"]!, (double)figures["rttP50"]!, double.MaxValue);
        Assert.Equal(8, figures["busiest"]!.AsArray().Count);
        // Every 50th device is a busy one.
        Assert.Equal(0, (int)figures["busiest"]![0]!["device"]! % 50);
        Assert.Equal(0, (long)figures["left"]!);
    }

    [ChromiumFact]
    public async Task The_page_shows_them_live()
    {
        await using var page = await Chromium.OpenAsync(fleet.Server.Web);

        await page.UntilAsync("document.getElementById('sessions').textContent === '1,000'");
        await page.UntilAsync("['packets', 'bytes', 'rtt50', 'rtt99', 'loss'].every(id => parseFloat(document.getElementById(id).textContent) > 0)");
        await page.UntilAsync("document.querySelectorAll('#busiest tr').length === 9 && document.querySelectorAll('#worst tr').length === 9");
        Assert.Equal("live", await page.TextAsync("#state"));
        Assert.Matches("^device-[0-9]{4}$", await page.TextAsync("#busiest td"));
        // A line in each tile needs two events at least.
        await page.UntilAsync("history.length >= 15");

        await page.ScreenshotAsync("telemetry-light.png", "light");
        await page.ScreenshotAsync("telemetry-dark.png", "dark");
    }

    [Fact]
    public async Task Prometheus_can_scrape_the_server()
    {
        var metrics = (await fleet.Server.ReadAsync("metrics")).Split('\n');

        Assert.Equal(ThousandDevices.Count, Value(metrics, "udpack_server_active_sessions{"));
        Assert.InRange(Value(metrics, "udpack_server_handshakes_total{"), ThousandDevices.Count, double.MaxValue);
        Assert.Contains(metrics, line => line.StartsWith("udpack_server_io_bytes_total{", StringComparison.Ordinal) && line.Contains("direction=\"receive\"", StringComparison.Ordinal));
        Assert.InRange(Value(metrics, "telemetry_readings_total{"), 1, double.MaxValue);
    }

    [Fact]
    public async Task A_collector_gets_metrics_and_traces()
    {
        await fleet.Collector.UntilAsync("/v1/metrics", "udpack.server.active_sessions");

        // An exporter gives up what it cannot send at once, so there must be something to trace until it arrives.
        var traced = fleet.Collector.UntilAsync("/v1/traces", "telemetry");
        do
        {
            using var page = await fleet.Server.GetAsync("fleet");
        }
        while (await Task.WhenAny(traced, Task.Delay(TimeSpan.FromSeconds(1))) != traced);
        await traced;
    }

    [Fact]
    public async Task It_is_healthy()
    {
        using var health = await fleet.Server.GetAsync("health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal("Healthy", await health.Content.ReadAsStringAsync());
    }

    private static double Value(IEnumerable<string> metrics, string name)
    {
        var line = Assert.Single(metrics, line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split("} ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
