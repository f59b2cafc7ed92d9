using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>How a client connects again after a failed connect or a lost session: at growing intervals.</summary>
public sealed class UdpackClientReconnectSettings
{
    /// <summary>Whether it does at all; if not, the first failure closes the connection. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The first delay: how long an answer to the first message is waited for, and how long after a connect that failed at once the next is tried; before jitter, 10 ms to 1 day. The first retry after a lost session is made at once. Default 1 s.</summary>
    [DurationRange("00:00:00.01", "1.00:00:00")]
    public TimeSpan InitialDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay while nothing answers, InitialDelay to 1 day: this long after a network or a server is back the client is, at the latest. Default 2 s.</summary>
    [DurationRange("00:00:00.01", "1.00:00:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest delay while the server says no: it is full, refuses the token or the handshake, or ends each session soon; InitialDelay to 1 day. Default 30 s.</summary>
    [DurationRange("00:00:00.01", "1.00:00:00")]
    public TimeSpan MaxDelayWhenRefused { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>By how much the delay grows with each retry, 1 to 10. Default 2.</summary>
    [DecimalRange(1, 10)]
    public double Multiplier { get; set; } = 2;

    /// <summary>Up to which part of each delay is taken off at random, 0 to 1, so that many clients do not come at once. Default 0.5.</summary>
    [DecimalRange(0, 1)]
    public double Jitter { get; set; } = 0.5;

    /// <summary>How many retries may fail in a row before the client gives up, 1 to 2,147,483,647; null: it never does. Default null.</summary>
    [NumberRange(1, int.MaxValue)]
    public int? MaxAttempts { get; set; }

    /// <summary>How often in a row the server may refuse one and the same token before the client gives up, 1 to 2,147,483,647; null: it never does for that. Default 10.</summary>
    [NumberRange(1, int.MaxValue)]
    public int? MaxTokenRefusals { get; set; } = 10;
}
