using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>How often and how fast a single connect tries. A lasting connection knocks as <see cref="UdpackClientReconnectSettings"/> says.</summary>
public sealed class UdpackClientHandshakeSettings
{
    /// <summary>
    /// How often the first message is repeated at most when the server is silent, 0 to 100; it is sent once more than
    /// that, so this is one less than <see cref="UdpackClientOptions.MaxAttempts"/>. Default 5.
    /// </summary>
    [NumberRange(0, 100)]
    public int RetryCount { get; set; } = 5;

    /// <summary>How long to wait before the first repeat, 10 ms to 1 min; doubles with each further one. Default 500 ms.</summary>
    [DurationRange("00:00:00.01", "00:01:00")]
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromMilliseconds(500);
}
