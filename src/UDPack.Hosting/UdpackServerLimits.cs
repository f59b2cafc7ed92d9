using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>How much clients may use. The limits hold for each endpoint on its own. Take effect with the next start.</summary>
public sealed class UdpackServerLimits
{
    /// <summary>The most sessions at once, 1 to 60,000; further clients are told that the server is busy. Default 10,000.</summary>
    [NumberRange(1, 60_000)]
    public int MaxSessions { get; set; } = 10_000;

    /// <summary>The most sessions of one remote host (IPv4 address or IPv6 /64), 1 to 60,000; null: only MaxSessions counts. Default null, since many clients can share one address behind a NAT.</summary>
    [NumberRange(1, 60_000)]
    public int? MaxSessionsPerAddress { get; set; }

    /// <summary>The largest packet accepted from a client, in bytes, 1 to 1,156, as a packet must fit one datagram; a larger one ends its session. Default 1,156.</summary>
    [NumberRange(1, 1156)]
    public int MaxPacketBytes { get; set; } = 1156;

    /// <summary>How much a client may send ahead of what the application took, in bytes, 16,384 to 1 GiB. The most memory a session's received data can hold. Default 1 MiB.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int SessionCreditBytes { get; set; } = 1024 * 1024;

    /// <summary>How much a session holds for sending before sends wait, in bytes, 1200 to 1 GiB. Default 256 KiB.</summary>
    [NumberRange(1200, 1 << 30)]
    public int SendBufferBytes { get; set; } = 256 * 1024;

    /// <summary>The receive buffer asked of the kernel for the endpoint's socket, in bytes, 4096 to 1 GiB; the kernel may give less. Default 4 MiB.</summary>
    [NumberRange(4096, 1 << 30)]
    public int ReceiveBufferBytes { get; set; } = 4 * 1024 * 1024;
}
