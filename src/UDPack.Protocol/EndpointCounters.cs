namespace UDPack.Protocol;

/// <summary>
/// Plain counters of one endpoint, written by its thread only and read by anyone: a reader may see a value that
/// is a moment old, never a torn one.
/// </summary>
internal sealed class EndpointCounters
{
    private readonly long[] _dropped = new long[Enum.GetValues<DropReason>().Length];
    private readonly long[] _refused = new long[Enum.GetValues<HandshakeRejection>().Length];

    public long DatagramsReceived;
    public long DatagramsSent;
    public long BytesReceived;
    public long BytesSent;
    public long PacketsReceived;
    public long PacketsSent;
    public long MessagesReceived;
    public long MessagesSent;
    public long StreamsOpened;
    public long StreamAbortsHeldBack;
    public long MovesRefused;
    public long DatagramsLost;
    public long HandshakesCompleted;
    public long HandshakesExpired;
    public long SessionsEnded;

    public void Drop(DropReason reason) => _dropped[(int)reason]++;

    public void Refuse(HandshakeRejection reason) => _refused[(int)reason]++;

    public long Dropped(DropReason reason) => Volatile.Read(ref _dropped[(int)reason]);

    public long Refused(HandshakeRejection reason) => Volatile.Read(ref _refused[(int)reason]);

    public long TotalDropped
    {
        get
        {
            long total = 0;
            foreach (ref readonly var count in _dropped.AsSpan())
            {
                total += count;
            }

            return total;
        }
    }
}
