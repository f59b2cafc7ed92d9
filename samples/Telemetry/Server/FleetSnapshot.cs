namespace Telemetry.Server;

/// <summary>What the page shows; made anew each second.</summary>
/// <param name="Sessions">Devices that are connected.</param>
/// <param name="Left">Sessions that have ended since the start.</param>
/// <param name="PacketsPerSecond">Packets received and sent in the last second.</param>
/// <param name="BytesPerSecond">Bytes in datagrams received and sent in the last second.</param>
/// <param name="RttP50">The median round-trip time over all devices, in milliseconds.</param>
/// <param name="RttP99">What 99 of 100 devices stay below, in milliseconds.</param>
/// <param name="Loss">The share of the server's datagrams in the last 10 seconds that were lost.</param>
/// <param name="Busiest">Those with the most bytes in the last second.</param>
/// <param name="Worst">Those that lose most or are farthest away.</param>
/// <param name="Map">One character per device that was ever here: see <see cref="FleetMonitor"/>.</param>
internal sealed record FleetSnapshot(
    int Sessions,
    long Left,
    double PacketsPerSecond,
    double BytesPerSecond,
    double RttP50,
    double RttP99,
    double Loss,
    IReadOnlyList<DeviceFigures> Busiest,
    IReadOnlyList<DeviceFigures> Worst,
    string Map)
{
    public static FleetSnapshot Empty { get; } = new(0, 0, 0, 0, 0, 0, 0, [], [], "");
}

/// <summary>One device of a table.</summary>
/// <param name="Device">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="PacketsPerSecond">Packets received and sent in the last second.</param>
/// <param name="BytesPerSecond">Bytes received and sent in the last second.</param>
/// <param name="Rtt">The round-trip time in milliseconds.</param>
/// <param name="Loss">The share of the datagrams to it that were lost, since it connected.</param>
/// <param name="Connects">How often it connected.</param>
/// <param name="Temperature">What it reported last, in degrees Celsius.</param>
/// <param name="Battery">What it reported last, 0 to 1.</param>
internal sealed record DeviceFigures(
    int Device,
    string Name,
    double PacketsPerSecond,
    double BytesPerSecond,
    double Rtt,
    double Loss,
    int Connects,
    double Temperature,
    double Battery);
