using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>How much clients may use. The limits hold for each endpoint on its own. A change takes effect for new handshakes and sessions.</summary>
public sealed class UdpackServerLimits
{
    /// <summary>The most sessions at once, 1 to 60,000; further clients are told that the server is busy. Default 10,000.</summary>
    [NumberRange(1, 60_000)]
    public int MaxSessions { get; set; } = 10_000;

    /// <summary>The most sessions of one remote host (IPv4 address or IPv6 /64), 1 to 60,000; null: only MaxSessions counts. Default null, since many clients can share one address behind a NAT.</summary>
    [NumberRange(1, 60_000)]
    public int? MaxSessionsPerAddress { get; set; }

    /// <summary>The most sessions of one address prefix (see the prefix lengths of Handshake), 1 to 60,000; null: only MaxSessions counts. Default null, since all clients of a server can come from one network.</summary>
    [NumberRange(1, 60_000)]
    public int? MaxSessionsPerPrefix { get; set; }

    /// <summary>The largest packet accepted from a client, in bytes, 1 to 1 GiB; a larger one ends its session. Default 16 MiB.</summary>
    [NumberRange(1, 1 << 30)]
    public int MaxPacketBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How much a client may send ahead of what the application took, on its session and all its streams together, in bytes, 16,384 to 1 GiB, at first. Default 1 MiB.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int SessionCreditBytes { get; set; } = 1024 * 1024;

    /// <summary>How far that may grow for a client that uses it up fast, in bytes, SessionCreditBytes to 1 GiB: the most received data a session can hold. Default 16 MiB.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int MaxSessionCreditBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How much a client may send ahead of what the application took on one stream, in bytes, 16,384 to 1 GiB, at first. Default 256 KiB.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int StreamCreditBytes { get; set; } = 256 * 1024;

    /// <summary>How far that may grow for a stream that uses it up fast, in bytes, StreamCreditBytes to 1 GiB. Default 8 MiB.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int MaxStreamCreditBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>How many streams a client may have open at once, 0 to 65,536. Default 128.</summary>
    [NumberRange(0, 65_536)]
    public int MaxStreams { get; set; } = 128;

    /// <summary>How much a session, or one of its streams, holds for sending before sends wait, in bytes, 1200 to 1 GiB; twice the congestion window comes on top. Default 256 KiB.</summary>
    [NumberRange(1200, 1 << 30)]
    public int SendBufferBytes { get; set; } = 256 * 1024;

    /// <summary>The bound of that with the congestion window, in bytes, SendBufferBytes to 1 GiB. Default 16 MiB.</summary>
    [NumberRange(1200, 1 << 30)]
    public int MaxSendBufferBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How much unreliable messages of a session may wait, to be sent and to be received, in bytes each, 0 to 1 GiB; beyond it the oldest are dropped, and one is always kept. Default 64 KiB.</summary>
    [NumberRange(0, 1 << 30)]
    public int DatagramQueueBytes { get; set; } = 64 * 1024;

    /// <summary>
    /// How much memory all sessions of the endpoint together may hold, in bytes, 32,768 to 1 TiB, for received data that waits for the application or for the rest
    /// of its packet, and for data to be sent that the clients have not acknowledged. Beyond it a session that holds more than 32 KiB already receives nothing more
    /// until some is free, and its sends wait; values of further keys are refused, of unreliable messages the oldest dropped. A session that holds much of it for a client that lets nothing move for 4 s is ended as busy while others want some. Default 256 MiB.
    /// </summary>
    [NumberRange(32_768, 1L << 40)]
    public long MaxBufferedBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>The receive buffer asked of the kernel for the endpoint's socket, in bytes, 4096 to 1 GiB; the kernel may give less. Default 4 MiB. Takes effect with the next start.</summary>
    [NumberRange(4096, 1 << 30)]
    public int ReceiveBufferBytes { get; set; } = 4 * 1024 * 1024;
}
