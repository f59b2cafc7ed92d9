using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>Limits that differ for one endpoint; null takes the value of <see cref="UdpackServerOptions.Limits"/>. A change takes effect for new handshakes and sessions.</summary>
public sealed class UdpackEndpointLimits
{
    /// <summary>The most sessions at once, 1 to 60,000. Default: that of Limits.</summary>
    [NumberRange(1, 60_000)]
    public int? MaxSessions { get; set; }

    /// <summary>The most sessions of one remote host (IPv4 address or IPv6 /64), 1 to 60,000. Default: that of Limits.</summary>
    [NumberRange(1, 60_000)]
    public int? MaxSessionsPerAddress { get; set; }

    /// <summary>The most sessions of one address prefix (see the prefix lengths of Handshake), 1 to 60,000. Default: that of Limits.</summary>
    [NumberRange(1, 60_000)]
    public int? MaxSessionsPerPrefix { get; set; }

    /// <summary>The largest packet accepted from a client, in bytes, 1 to 1 GiB; a larger one ends its session. Default: that of Limits.</summary>
    [NumberRange(1, 1 << 30)]
    public int? MaxPacketBytes { get; set; }

    /// <summary>How much a client may send ahead of what the application took, on its session and all its streams together, in bytes, 16,384 to 1 GiB, at first. Default: that of Limits.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int? SessionCreditBytes { get; set; }

    /// <summary>How far that may grow for a client that uses it up fast, in bytes, SessionCreditBytes to 1 GiB: the most received data a session can hold. Default: that of Limits.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int? MaxSessionCreditBytes { get; set; }

    /// <summary>How much a client may send ahead of what the application took on one stream, in bytes, 16,384 to 1 GiB, at first. Default: that of Limits.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int? StreamCreditBytes { get; set; }

    /// <summary>How far that may grow for a stream that uses it up fast, in bytes, StreamCreditBytes to 1 GiB. Default: that of Limits.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int? MaxStreamCreditBytes { get; set; }

    /// <summary>How many streams a client may have open at once, 0 to 65,536. Default: that of Limits.</summary>
    [NumberRange(0, 65_536)]
    public int? MaxStreams { get; set; }

    /// <summary>How much a session, or one of its streams, holds for sending before sends wait, in bytes, 1200 to 1 GiB; twice the congestion window comes on top. Default: that of Limits.</summary>
    [NumberRange(1200, 1 << 30)]
    public int? SendBufferBytes { get; set; }

    /// <summary>The bound of that with the congestion window, in bytes, SendBufferBytes to 1 GiB. Default: that of Limits.</summary>
    [NumberRange(1200, 1 << 30)]
    public int? MaxSendBufferBytes { get; set; }

    /// <summary>How much unreliable messages of a session may wait, to be sent and to be received, in bytes each, 0 to 1 GiB; beyond it the oldest are dropped, and one is always kept. Default: that of Limits.</summary>
    [NumberRange(0, 1 << 30)]
    public int? DatagramQueueBytes { get; set; }

    /// <summary>
    /// How much memory all sessions of the endpoint together may hold, in bytes, 32,768 to 1 TiB, for received data that waits for the application or for the rest
    /// of its packet, and for data to be sent that the clients have not acknowledged. Beyond it a session that holds more than 32 KiB already receives nothing more
    /// until some is free, and its sends wait; values of further keys are refused, of unreliable messages the oldest dropped. A session that holds much of it for a client that lets nothing move for 4 s is ended as busy while others want some. Default: that of Limits.</summary>
    [NumberRange(32_768, 1L << 40)]
    public long? MaxBufferedBytes { get; set; }

    /// <summary>The receive buffer asked of the kernel, in bytes, 4096 to 1 GiB. Default: that of Limits. Takes effect with the next start.</summary>
    [NumberRange(4096, 1 << 30)]
    public int? ReceiveBufferBytes { get; set; }
}
