namespace SocksProxy.Exit;

/// <summary>The section Exit of the configuration.</summary>
internal sealed class ExitOptions
{
    /// <summary>
    /// Where connections may go; see <see cref="TargetRule"/>. Empty: to public addresses, ports 80 and 443; in Development to loopback, too.
    /// </summary>
    public IList<string> Allow { get; } = [];

    /// <summary>How long connecting to a target may take.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
