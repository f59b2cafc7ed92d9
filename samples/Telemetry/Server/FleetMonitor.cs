using System.Runtime.CompilerServices;

namespace Telemetry.Server;

/// <summary>Looks at every session once a second and makes of it what the page shows.</summary>
internal sealed class FleetMonitor(Fleet fleet, TimeProvider time) : BackgroundService
{
    private const int Rows = 8;
    private const int LossWindowSeconds = 10;

    // What the page paints a device with.
    private const char Away = '0';
    private const char Well = '1';
    private const char Slow = '2';
    private const char Lossy = '3';
    private const double SlowMilliseconds = 250;
    private const double LossyShare = 0.05;

    private readonly Queue<(long Sent, long Lost)> _window = [];
    private volatile Tick _tick = new(FleetSnapshot.Empty);

    public FleetSnapshot Latest => _tick.Snapshot;

    /// <summary>The latest snapshot and all that follow.</summary>
    public async IAsyncEnumerable<FleetSnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var tick = _tick;
            yield return tick.Snapshot;
            await tick.Next.Task.WaitAsync(cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        var before = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = time.GetTimestamp();
            var last = _tick;
            _tick = new Tick(Look(time.GetElapsedTime(before, now).TotalSeconds));
            last.Next.SetResult();
            before = now;
        }
    }

    private FleetSnapshot Look(double seconds)
    {
        var devices = new List<DeviceFigures>();
        long sent = 0, lost = 0, packets = 0, bytes = 0;
        foreach (var device in fleet.Sessions)
        {
            var now = device.Session.GetStatistics();
            var before = device.Before;
            device.Before = now;
            var newPackets = now.PacketsReceived + now.PacketsSent - before.PacketsReceived - before.PacketsSent;
            var newBytes = now.BytesReceived + now.BytesSent - before.BytesReceived - before.BytesSent;
            packets += newPackets;
            bytes += newBytes;
            sent += now.DatagramsSent - before.DatagramsSent;
            lost += now.DatagramsLost - before.DatagramsLost;
            if (device.Last is { } reading)
            {
                devices.Add(new DeviceFigures(
                    reading.Device,
                    reading.DeviceName,
                    newPackets / seconds,
                    newBytes / seconds,
                    now.SmoothedRtt.TotalMilliseconds,
                    Share(now.DatagramsLost, now.DatagramsSent),
                    fleet.ConnectsOf(reading.Device),
                    reading.Temperature,
                    reading.Battery));
            }
        }

        _window.Enqueue((sent, lost));
        if (_window.Count > LossWindowSeconds)
        {
            _window.Dequeue();
        }

        double[] rtts = [.. devices.Select(device => device.Rtt).Where(rtt => rtt > 0).Order()];
        return new FleetSnapshot(
            fleet.Sessions.Count,
            fleet.Departures,
            packets / seconds,
            bytes / seconds,
            Quantile(rtts, 0.5),
            Quantile(rtts, 0.99),
            Share(_window.Sum(second => second.Lost), _window.Sum(second => second.Sent)),
            [.. devices.OrderByDescending(device => device.BytesPerSecond).Take(Rows)],
            [.. devices.OrderByDescending(device => device.Loss).ThenByDescending(device => device.Rtt).Take(Rows)],
            Paint(devices));
    }

    private string Paint(List<DeviceFigures> devices)
    {
        var known = fleet.Known;
        return string.Create(known.Count == 0 ? 0 : known.Max() + 1, devices, static (map, devices) =>
        {
            map.Fill(Away);
            foreach (var device in devices)
            {
                if (device.Device >= 0 && device.Device < map.Length)
                {
                    map[device.Device] = device.Loss > LossyShare ? Lossy : device.Rtt > SlowMilliseconds ? Slow : Well;
                }
            }
        });
    }

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private static double Quantile(double[] sorted, double quantile) =>
        sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(quantile * sorted.Length))];

    private sealed record Tick(FleetSnapshot Snapshot)
    {
        public TaskCompletionSource Next { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
