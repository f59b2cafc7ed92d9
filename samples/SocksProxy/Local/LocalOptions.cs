using System.Net;

namespace SocksProxy.Local;

/// <summary>The section Local of the configuration.</summary>
internal sealed class LocalOptions
{
    /// <summary>Where SOCKS clients connect to: an IP address and a port; port 0 picks a free one.</summary>
    public string Listen { get; set; } = "127.0.0.1:1080";

    /// <summary>The user that clients must give; empty: none is asked for.</summary>
    public string User { get; set; } = "";

    /// <summary>That user's password.</summary>
    public string Password { get; set; } = "";

    /// <summary>How many connections at once; more wait in the kernel's queue.</summary>
    public int MaxConnections { get; set; } = 512;

    /// <summary>How long a client may take to say what it wants.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the exit may take to connect, a lost session included.</summary>
    public TimeSpan OpenTimeout { get; set; } = TimeSpan.FromSeconds(20);

    public static bool IsValid(LocalOptions options) =>
        options.MaxConnections > 0 && options.HandshakeTimeout > TimeSpan.Zero && options.OpenTimeout > TimeSpan.Zero && IPEndPoint.TryParse(options.Listen, out _);
}
