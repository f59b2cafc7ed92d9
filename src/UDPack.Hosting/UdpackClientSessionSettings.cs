using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>How a client's sessions live.</summary>
public sealed class UdpackClientSessionSettings
{
    /// <summary>A session from which nothing was heard for this long ends, 1 s to 1 day; the smaller value of both sides counts; null: never. Default 30 s.</summary>
    [DurationRange("00:00:01", "1.00:00:00")]
    public TimeSpan? IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest packet accepted from the server, in bytes, 1 to 1,156, as a packet must fit one datagram. Default 1,156.</summary>
    [NumberRange(1, 1156)]
    public int MaxPacketBytes { get; set; } = 1156;

    /// <summary>How much the server may send ahead of what the application took, in bytes, 16,384 to 1 GiB. Default 1 MiB.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int SessionCreditBytes { get; set; } = 1024 * 1024;

    /// <summary>How much a session holds for sending before sends wait, in bytes, 1200 to 1 GiB. Default 256 KiB.</summary>
    [NumberRange(1200, 1 << 30)]
    public int SendBufferBytes { get; set; } = 256 * 1024;
}
