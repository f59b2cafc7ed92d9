namespace UDPack.Protocol.Recovery;

/// <summary>Decides how much may be in flight. Bytes and microseconds.</summary>
internal interface ICongestionController
{
    long Window { get; }

    /// <param name="now">The time.</param>
    /// <param name="bytes">Newly acknowledged bytes that were in flight.</param>
    /// <param name="sentAt">When the newest of them was sent.</param>
    /// <param name="mayGrow">False while the window was not used up, or the peer asked to go slow.</param>
    void OnAcknowledged(long now, long bytes, long sentAt, bool mayGrow);

    /// <param name="now">The time.</param>
    /// <param name="sentAt">When the newest lost datagram was sent.</param>
    /// <param name="persistent">Whether everything was lost for so long that the path must be tried anew.</param>
    void OnLost(long now, long sentAt, bool persistent);
}
