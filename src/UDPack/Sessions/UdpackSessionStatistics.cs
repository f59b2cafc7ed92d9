namespace UDPack;

/// <summary>A snapshot of one session's transport figures.</summary>
public readonly record struct UdpackSessionStatistics
{
    /// <summary>Smoothed round-trip time; zero before the first sample.</summary>
    public TimeSpan SmoothedRtt { get; init; }

    /// <summary>Smallest round-trip time seen.</summary>
    public TimeSpan MinRtt { get; init; }

    /// <summary>Bytes the congestion controller allows in flight.</summary>
    public long CongestionWindowBytes { get; init; }

    /// <summary>Bytes sent and neither acknowledged nor declared lost.</summary>
    public long BytesInFlight { get; init; }

    /// <summary>Datagrams sent.</summary>
    public long DatagramsSent { get; init; }

    /// <summary>Verified datagrams received.</summary>
    public long DatagramsReceived { get; init; }

    /// <summary>Datagrams declared lost.</summary>
    public long DatagramsLost { get; init; }

    /// <summary>Bytes sent in datagrams, UDP and IP headers not counted.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes received in verified datagrams, UDP and IP headers not counted.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Packets sent for the first time.</summary>
    public long PacketsSent { get; init; }

    /// <summary>Packets delivered to the application's queue.</summary>
    public long PacketsReceived { get; init; }

    /// <summary>Datagrams declared lost that arrived after all.</summary>
    public long SpuriousLosses { get; init; }

    /// <summary>The largest datagram sent now, in bytes of UDP payload.</summary>
    public int PathMtuBytes { get; init; }

    /// <summary>How fast datagrams leave, in bytes per second; 0 while nothing paces them.</summary>
    public long PacingRate { get; init; }

    /// <summary>Streams that are not over.</summary>
    public int OpenStreams { get; init; }

    /// <summary>Unreliable messages sent.</summary>
    public long MessagesSent { get; init; }

    /// <summary>Unreliable messages received.</summary>
    public long MessagesReceived { get; init; }

    /// <summary>Sequenced messages that came after a newer one of their lane, and were dropped.</summary>
    public long MessagesLate { get; init; }

    /// <summary>Values of keys sent, those that were sent again included.</summary>
    public long ValuesSent { get; init; }

    /// <summary>Values of keys received that were newer than those before.</summary>
    public long ValuesReceived { get; init; }

    /// <summary>Values of keys that a newer one replaced before the peer acknowledged them; some of them may have arrived.</summary>
    public long ValuesReplaced { get; init; }

    /// <summary>
    /// When the newest datagram of the peer arrived that verified; also such that carry nothing for the application, as keep-alives and acknowledgements do.
    /// From a peer that is reachable something comes at least once in every keep-alive interval of the client.
    /// </summary>
    public DateTimeOffset LastReceivedAt { get; init; }

    /// <summary>Unreliable messages dropped by this side, to be sent or to be received, as too many waited.</summary>
    public long MessagesDropped { get; init; }
}
