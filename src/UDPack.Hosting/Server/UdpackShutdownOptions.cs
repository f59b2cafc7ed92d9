using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>How the server stops. Takes effect at once.</summary>
public sealed class UdpackShutdownOptions
{
    /// <summary>
    /// How long sessions may take to finish after they were asked to, 0 to 1 h; what is left then is ended. The host's own
    /// shutdown timeout (30 s by default) cuts it short. Default 10 s.
    /// </summary>
    [DurationRange("00:00:00", "01:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
