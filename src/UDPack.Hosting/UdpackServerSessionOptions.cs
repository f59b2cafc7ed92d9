using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>How the server's sessions live. Takes effect with the next start.</summary>
public sealed class UdpackServerSessionOptions
{
    /// <summary>A session from which nothing was heard for this long ends, 1 s to 1 day; the smaller value of both sides counts; null: never. Default 30 s.</summary>
    [DurationRange("00:00:01", "1.00:00:00")]
    public TimeSpan? IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
