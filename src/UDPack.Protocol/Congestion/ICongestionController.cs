namespace UDPack.Protocol.Congestion;

/// <summary>Decides how much may be in flight and how fast it leaves. Bytes and microseconds.</summary>
internal interface ICongestionController
{
    /// <summary>How much may be in flight.</summary>
    long Window { get; }

    /// <summary>Bytes per second; 0 while nothing is known of the path, when nothing paces.</summary>
    long PacingRate { get; }

    void OnSent(in SendSample sample);

    /// <summary>Once for an ack that acknowledged something new, after the losses it revealed.</summary>
    void OnAcknowledged(in AckSample sample);

    /// <summary>Once for all that was found lost together.</summary>
    void OnLost(in LossSample sample);

    /// <summary>A datagram declared lost arrived after all.</summary>
    /// <param name="now">The time.</param>
    /// <param name="sentAt">When it was sent.</param>
    void OnSpurious(long now, long sentAt);

    /// <summary>The path now takes datagrams of another size.</summary>
    void SetDatagramSize(int size);
}
