using UDPack;

namespace Telemetry.Server;

/// <summary>A device that is connected now.</summary>
internal sealed class DeviceSession(UdpackSession session)
{
    private volatile Reading? _last;

    /// <summary>Where the live figures come from: <see cref="UdpackSession.GetStatistics"/>.</summary>
    public UdpackSession Session { get; } = session;

    /// <summary>The latest reading; null before the first.</summary>
    public Reading? Last
    {
        get => _last;
        set => _last = value;
    }

    /// <summary>The figures of a second ago; the monitor's own.</summary>
    public UdpackSessionStatistics Before { get; set; }
}
