namespace UDPack;

/// <summary>What one side asks of its sessions; sent to the peer in the handshake where it concerns the peer.</summary>
public sealed class UdpackSessionOptions
{
    /// <summary>A session from which nothing was heard for this long ends. The smaller of both sides counts; null = never. Default 30 s.</summary>
    public TimeSpan? IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest packet accepted from the peer, in bytes: 1 to 1,156, as a packet must fit one datagram. Default 1,156.</summary>
    public int MaxPacketBytes { get; set; } = 1156;

    /// <summary>How much the peer may send ahead of what the application took, in bytes. Default 1 MiB.</summary>
    public int SessionCreditBytes { get; set; } = 1024 * 1024;

    /// <summary>How much a session holds for sending before <c>SendAsync</c> waits, in bytes. Default 256 KiB.</summary>
    public int SendBufferBytes { get; set; } = 256 * 1024;
}
