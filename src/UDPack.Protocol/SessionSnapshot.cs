namespace UDPack.Protocol;

/// <summary>One session's figures at one moment. Microseconds and bytes.</summary>
internal readonly record struct SessionSnapshot(
    long SmoothedRttMicros,
    long MinRttMicros,
    long CongestionWindow,
    long PacedRate,
    int PathMtu,
    long BytesInFlight,
    long DatagramsSent,
    long DatagramsReceived,
    long DatagramsLost,
    long SpuriousLosses,
    long BytesSent,
    long BytesReceived,
    long PacketsSent,
    long PacketsReceived,
    long MessagesSent,
    long MessagesReceived,
    long MessagesDropped,
    int OpenStreams,
    long MessagesLate,
    long ValuesSent,
    long ValuesReceived,
    long ValuesReplaced,
    long LastReceivedAt);
