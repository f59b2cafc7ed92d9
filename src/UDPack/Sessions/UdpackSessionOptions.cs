namespace UDPack;

/// <summary>What one side asks of its sessions; sent to the peer in the handshake where it concerns the peer.</summary>
public sealed class UdpackSessionOptions
{
    /// <summary>A session from which nothing was heard for this long ends; on a server after a third of it more, at most 10 s, as its client may rightly be silent for so long. The smaller of both sides counts; null = never. Default 30 s.</summary>
    public TimeSpan? IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest packet accepted from the peer, in bytes, 1 to 1 GiB; the peer refuses to send larger ones. Default 16 MiB.</summary>
    public int MaxPacketBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How much the peer may send ahead of what the application took, in bytes, at first. Default 1 MiB.</summary>
    public int SessionCreditBytes { get; set; } = 1024 * 1024;

    /// <summary>How far that may grow for a peer that uses it up fast, in bytes; <see cref="SessionCreditBytes"/> if that is more. Default 16 MiB.</summary>
    public int MaxSessionCreditBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>The same for one stream, at first, in bytes. Default 256 KiB.</summary>
    public int StreamCreditBytes { get; set; } = 256 * 1024;

    /// <summary>How far a stream's may grow, in bytes; <see cref="StreamCreditBytes"/> if that is more. Default 8 MiB.</summary>
    public int MaxStreamCreditBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>How many streams the peer may have open at once, 0 to 65,536. Default 128.</summary>
    public int MaxStreams { get; set; } = 128;

    /// <summary>
    /// How much a session, or one of its streams, holds for sending before <c>SendAsync</c> waits, in bytes. Twice the congestion
    /// window comes on top, so that fast and far paths are filled. Default 256 KiB.
    /// </summary>
    public int SendBufferBytes { get; set; } = 256 * 1024;

    /// <summary>The bound of that, in bytes; <see cref="SendBufferBytes"/> if that is more. Default 16 MiB.</summary>
    public int MaxSendBufferBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How much unreliable messages may wait, to be sent and to be received, in bytes each; beyond it the oldest are dropped. Default 64 KiB.</summary>
    public int DatagramQueueBytes { get; set; } = 64 * 1024;

    /// <summary>The largest datagram to send or accept, in bytes of UDP payload, 1200 to 65,507. What a path really carries is found out. Default 65,507.</summary>
    public int MaxUdpPayloadBytes { get; set; } = 65_507;

    /// <summary>How this side finds out how fast it may send. Default <see cref="CongestionAlgorithm.Bbr"/>.</summary>
    public CongestionAlgorithm Congestion { get; set; } = CongestionAlgorithm.Bbr;

    internal UdpackSessionOptions Clone() => (UdpackSessionOptions)MemberwiseClone();
}
