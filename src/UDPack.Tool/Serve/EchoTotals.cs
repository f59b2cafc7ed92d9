namespace UDPack.Tool.Serve;

/// <summary>What was returned to one client. Thread-safe.</summary>
internal sealed class EchoTotals
{
    private long _packets;
    private long _packetBytes;
    private long _streams;
    private long _streamBytes;
    private long _messages;
    private long _messageBytes;

    public long Packets => Interlocked.Read(ref _packets);

    public long PacketBytes => Interlocked.Read(ref _packetBytes);

    public long Streams => Interlocked.Read(ref _streams);

    public long StreamBytes => Interlocked.Read(ref _streamBytes);

    public long Messages => Interlocked.Read(ref _messages);

    public long MessageBytes => Interlocked.Read(ref _messageBytes);

    public void AddPacket(int bytes)
    {
        Interlocked.Increment(ref _packets);
        Interlocked.Add(ref _packetBytes, bytes);
    }

    public void AddMessage(int bytes)
    {
        Interlocked.Increment(ref _messages);
        Interlocked.Add(ref _messageBytes, bytes);
    }

    public void AddStream() => Interlocked.Increment(ref _streams);

    public void AddStreamBytes(int bytes) => Interlocked.Add(ref _streamBytes, bytes);
}
