using UDPack.Tool.Connections;

namespace UDPack.Tool.Ping;

/// <summary>What to ping, and how.</summary>
internal sealed record PingPlan
{
    public const int DefaultEchoBytes = 64;

    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(2);

    public required ClientConnection Connection { get; init; }

    /// <summary>How many round trips; null for no end.</summary>
    public long? Count { get; init; }

    public TimeSpan Interval { get; init; } = DefaultInterval;

    /// <summary>How long to wait for an answer.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    public PingMethod Method { get; init; }

    /// <summary>The size of what is to be echoed.</summary>
    public int EchoBytes { get; init; } = DefaultEchoBytes;
}
