using System.Collections.Concurrent;
using UDPack;

namespace Telemetry.Server;

/// <summary>Who is connected, and how often each device came. Thread-safe.</summary>
internal sealed class Fleet
{
    /// <summary>Numbers come from the devices, so they are bounded here.</summary>
    public const int MaxDevices = 100_000;

    private readonly ConcurrentDictionary<UdpackSession, DeviceSession> _sessions = [];
    private readonly ConcurrentDictionary<int, int> _connects = [];
    private long _departures;

    public ICollection<DeviceSession> Sessions => _sessions.Values;

    /// <summary>How many sessions have ended.</summary>
    public long Departures => Interlocked.Read(ref _departures);

    /// <summary>The numbers of all devices that were ever here.</summary>
    public ICollection<int> Known => _connects.Keys;

    public DeviceSession Add(UdpackSession session) => _sessions[session] = new DeviceSession(session);

    public void OnReading(DeviceSession device, Reading reading)
    {
        if (device.Last is null && reading.Device is >= 0 and < MaxDevices)
        {
            _connects.AddOrUpdate(reading.Device, 1, static (_, count) => count + 1);
        }

        device.Last = reading;
    }

    public void Remove(DeviceSession device)
    {
        _sessions.TryRemove(device.Session, out _);
        Interlocked.Increment(ref _departures);
    }

    public int ConnectsOf(int device) => _connects.GetValueOrDefault(device);
}
