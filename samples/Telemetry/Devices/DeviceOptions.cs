namespace Telemetry.Devices;

/// <summary>What is simulated: the section Devices, or the short forms of <see cref="Switches"/>.</summary>
internal sealed class DeviceOptions
{
    public static readonly Dictionary<string, string> Switches = new()
    {
        ["--count"] = "Devices:Count",
        ["--rate"] = "Devices:Rate",
        ["--loss"] = "Devices:Loss",
        ["--flaky"] = "Devices:Flaky",
        ["--drop-after"] = "Devices:DropAfter",
    };

    /// <summary>How many devices, 1 to 50,000.</summary>
    public int Count { get; set; } = 1000;

    /// <summary>Readings per second and device, 0.01 to 100; every 50th device sends four times as many, and larger ones.</summary>
    public double Rate { get; set; } = 1;

    /// <summary>The share of datagrams that the path loses, each way, 0 to 0.9.</summary>
    public double Loss { get; set; }

    /// <summary>The share of devices that lose their session again and again, 0 to 1.</summary>
    public double Flaky { get; set; } = 0.02;

    /// <summary>How long a flaky device stays, give or take a half.</summary>
    public TimeSpan DropAfter { get; set; } = TimeSpan.FromSeconds(20);

    public static bool IsValid(DeviceOptions options) =>
        options is { Count: >= 1 and <= 50_000, Rate: >= 0.01 and <= 100, Loss: >= 0 and <= 0.9, Flaky: >= 0 and <= 1 } && options.DropAfter > TimeSpan.Zero;
}
