namespace UDPack.Protocol;

/// <summary>One session's figures at one moment. Microseconds and bytes.</summary>
internal readonly record struct SessionSnapshot(
    long SmoothedRttMicros,
    long MinRttMicros,
    long CongestionWindow,
    long BytesInFlight,
    long DatagramsSent,
    long DatagramsReceived,
    long DatagramsLost,
    long BytesSent,
    long BytesReceived,
    long PacketsSent,
    long PacketsReceived);
