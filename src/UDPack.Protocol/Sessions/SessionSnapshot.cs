namespace UDPack.Protocol.Sessions;

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
    long LastReceivedAt)
{
    public static SessionSnapshot Of(Session session)
    {
        ref var recovery = ref session.Context.Recovery;
        ref var counters = ref session.Context.Counters;
        return new SessionSnapshot(
            recovery.Rtt.HasSample ? recovery.Rtt.Smoothed : 0,
            recovery.Rtt.Min,
            recovery.Congestion.Window,
            recovery.Congestion.PacingRate,
            session.Route.Mtu,
            recovery.BytesInFlight,
            counters.DatagramsSent,
            counters.DatagramsReceived,
            recovery.DatagramsLost,
            recovery.SpuriousLosses,
            counters.BytesSent,
            counters.BytesReceived,
            counters.PacketsSent,
            counters.PacketsReceived,
            counters.MessagesSent,
            counters.MessagesReceived,
            session.Messages.Dropped,
            session.Streams?.Count ?? 0,
            counters.MessagesLate,
            counters.ValuesSent,
            counters.ValuesReceived,
            session.Values.Replaced,
            session.Context.Liveness.LastVerifiedAt);
    }
}
