namespace UDPack.Hosting;

/// <summary>Decides when a client connects again, and whether. Must be thread-safe.</summary>
public interface IUdpackReconnectPolicy
{
    /// <summary>
    /// How long to wait before the next attempt; null to give up for good. Asked after each failed connect and each lost session; never
    /// twice at a time for one client. If it throws, that is logged and the delay comes from the settings.
    /// </summary>
    /// <param name="context">What happened so far.</param>
    TimeSpan? NextDelay(UdpackReconnectContext context);
}
