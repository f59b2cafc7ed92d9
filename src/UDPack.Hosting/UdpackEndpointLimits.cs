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

    /// <summary>The largest packet accepted from a client, in bytes, 1 to 1 GiB. Default: that of Limits.</summary>
    [NumberRange(1, 1 << 30)]
    public int? MaxPacketBytes { get; set; }

    /// <summary>How much a client may send ahead of what the application took, in bytes, 16,384 to 1 GiB, at first. Default: that of Limits.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int? SessionCreditBytes { get; set; }

    /// <summary>How far that may grow, in bytes, 16,384 to 1 GiB. Default: that of Limits.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int? MaxSessionCreditBytes { get; set; }

    /// <summary>How much a client may send ahead on one stream, in bytes, 16,384 to 1 GiB, at first. Default: that of Limits.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int? StreamCreditBytes { get; set; }

    /// <summary>How far a stream's may grow, in bytes, 16,384 to 1 GiB. Default: that of Limits.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int? MaxStreamCreditBytes { get; set; }

    /// <summary>How many streams a client may have open at once in a session, 0 to 65,536. Default: that of Limits.</summary>
    [NumberRange(0, 65_536)]
    public int? MaxStreams { get; set; }

    /// <summary>How much a session, and each of its streams, holds for sending before sends wait, in bytes, 1200 to 1 GiB. Default: that of Limits.</summary>
    [NumberRange(1200, 1 << 30)]
    public int? SendBufferBytes { get; set; }

    /// <summary>The bound of that with the congestion window on top, in bytes, 1200 to 1 GiB. Default: that of Limits.</summary>
    [NumberRange(1200, 1 << 30)]
    public int? MaxSendBufferBytes { get; set; }

    /// <summary>How much unreliable messages of a session may wait, in bytes, 0 to 1 GiB. Default: that of Limits.</summary>
    [NumberRange(0, 1 << 30)]
    public int? DatagramQueueBytes { get; set; }

    /// <summary>How much received data of all sessions may wait for the application, in bytes, 1 MiB to 1 TiB. Default: that of Limits.</summary>
    [NumberRange(1 << 20, 1L << 40)]
    public long? MaxBufferedBytes { get; set; }

    /// <summary>The receive buffer asked of the kernel, in bytes, 4096 to 1 GiB. Default: that of Limits.</summary>
    [NumberRange(4096, 1 << 30)]
    public int? ReceiveBufferBytes { get; set; }
}
