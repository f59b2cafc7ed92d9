using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>Limits that differ for one endpoint; null takes the value of <see cref="UdpackServerOptions.Limits"/>. Take effect with the next start.</summary>
public sealed class UdpackEndpointLimits
{
    /// <summary>The most sessions at once, 1 to 60,000. Default: that of Limits.</summary>
    [NumberRange(1, 60_000)]
    public int? MaxSessions { get; set; }

    /// <summary>The most sessions of one remote host (IPv4 address or IPv6 /64), 1 to 60,000. Default: that of Limits.</summary>
    [NumberRange(1, 60_000)]
    public int? MaxSessionsPerAddress { get; set; }

    /// <summary>The largest packet accepted from a client, in bytes, 1 to 1,156. Default: that of Limits.</summary>
    [NumberRange(1, 1156)]
    public int? MaxPacketBytes { get; set; }

    /// <summary>How much a client may send ahead of what the application took, in bytes, 16,384 to 1 GiB. Default: that of Limits.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int? SessionCreditBytes { get; set; }

    /// <summary>How much a session holds for sending before sends wait, in bytes, 1200 to 1 GiB. Default: that of Limits.</summary>
    [NumberRange(1200, 1 << 30)]
    public int? SendBufferBytes { get; set; }

    /// <summary>The receive buffer asked of the kernel, in bytes, 4096 to 1 GiB. Default: that of Limits.</summary>
    [NumberRange(4096, 1 << 30)]
    public int? ReceiveBufferBytes { get; set; }
}
