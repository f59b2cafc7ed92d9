using UDPack.Hosting.Configuration;

namespace UDPack.Hosting;

/// <summary>How a client's sessions live.</summary>
public sealed class UdpackClientSessionSettings
{
    /// <summary>A session from which nothing was heard for this long ends, 1 s to 1 day; the smaller value of both sides counts; null: never. Default 30 s.</summary>
    [DurationRange("00:00:01", "1.00:00:00")]
    public TimeSpan? IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest packet accepted from the server, in bytes, 1 to 1 GiB; a larger one ends the session. Default 16 MiB.</summary>
    [NumberRange(1, 1 << 30)]
    public int MaxPacketBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How much the server may send ahead of what the application took, on the session and all its streams together, in bytes, 16,384 to 1 GiB, at first. Default 1 MiB.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int SessionCreditBytes { get; set; } = 1024 * 1024;

    /// <summary>How far that may grow for a server that uses it up fast, in bytes, SessionCreditBytes to 1 GiB. Default 16 MiB.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int MaxSessionCreditBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How much the server may send ahead of what the application took on one stream, in bytes, 16,384 to 1 GiB, at first. Default 256 KiB.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int StreamCreditBytes { get; set; } = 256 * 1024;

    /// <summary>How far that may grow for a stream that uses it up fast, in bytes, StreamCreditBytes to 1 GiB. Default 8 MiB.</summary>
    [NumberRange(16_384, 1 << 30)]
    public int MaxStreamCreditBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>How many streams the server may have open at once, 0 to 65,536. Default 128.</summary>
    [NumberRange(0, 65_536)]
    public int MaxStreams { get; set; } = 128;

    /// <summary>How much a session, or one of its streams, holds for sending before sends wait, in bytes, 1200 to 1 GiB; twice the congestion window comes on top. Default 256 KiB.</summary>
    [NumberRange(1200, 1 << 30)]
    public int SendBufferBytes { get; set; } = 256 * 1024;

    /// <summary>The bound of that with the congestion window, in bytes, SendBufferBytes to 1 GiB. Default 16 MiB.</summary>
    [NumberRange(1200, 1 << 30)]
    public int MaxSendBufferBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How much unreliable messages may wait, to be sent and to be received, in bytes each, 0 to 1 GiB; beyond it the oldest are dropped, and one is always kept. Default 64 KiB.</summary>
    [NumberRange(0, 1 << 30)]
    public int DatagramQueueBytes { get; set; } = 64 * 1024;

    /// <summary>How the client finds out how fast it may send: Bbr or Cubic. Default Bbr.</summary>
    public CongestionAlgorithm Congestion { get; set; } = CongestionAlgorithm.Bbr;

    /// <summary>The largest datagram to send or accept, in bytes of UDP payload, 1200 to 65,507; what a path really carries is found out. Default 65,507.</summary>
    [NumberRange(1200, 65_507)]
    public int MaxUdpPayloadBytes { get; set; } = 65_507;
}
