namespace UDPack.Protocol.Sessions;

/// <summary>What a session sent and received. Written by its endpoint's thread, read by any.</summary>
internal struct SessionCounters
{
    public long DatagramsSent;
    public long DatagramsReceived;
    public long BytesSent;
    public long BytesReceived;
    public long PacketsSent;
    public long PacketsReceived;
    public long MessagesSent;
    public long MessagesReceived;
    public long MessagesLate;
    public long ValuesSent;
    public long ValuesReceived;

    public void OnSent(int length)
    {
        DatagramsSent++;
        BytesSent += length;
    }

    public void OnReceived(int length)
    {
        DatagramsReceived++;
        BytesReceived += length;
    }
}
