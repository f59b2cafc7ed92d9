using System.Text;
using UDPack.Protocol.Delivery;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>The application's end of a stream: keeps what arrives and notes what it is told.</summary>
internal sealed class StreamSide(Pair pair) : IStreamEvents
{
    public PacketChannel Stream { get; set; } = null!;

    public List<byte[]> Received { get; } = [];

    /// <summary>The places of received packets, in the order they came.</summary>
    public List<long> Numbers { get; } = [];

    public List<long> Skipped { get; } = [];

    public int Acknowledged { get; private set; }

    public int Expired { get; private set; }

    public int Lost { get; private set; }

    public bool IsAccepted { get; private set; }

    public bool ReadsAreCompleted { get; private set; }

    public bool WritesAreCompleted { get; private set; }

    public StreamEnd? End { get; private set; }

    /// <summary>Whether packets are taken as they arrive; a slow reader leaves them.</summary>
    public bool Consumes { get; set; } = true;

    /// <summary>Packets that arrived and were not taken.</summary>
    public Queue<Taken> Waiting { get; } = new();

    public IEnumerable<string> Texts => Received.Select(Encoding.UTF8.GetString);

    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    public void Send(byte[] content)
    {
        var buffer = pair.Buffers.Rent(content.Length);
        content.CopyTo(buffer.Span);
        Stream.Send(pair.Now, buffer);
        pair.Flush();
    }

    public void Finish()
    {
        Stream.Finish();
        pair.Flush();
    }

    public void Abort(ushort code)
    {
        Stream.Abort(pair.Now, code);
        pair.Flush();
    }

    public void Accept()
    {
        Stream.Accept();
        pair.Flush();
    }

    /// <summary>Takes the oldest of what was left.</summary>
    public void ConsumeSome(int count)
    {
        for (; count > 0 && Waiting.TryDequeue(out var taken); count--)
        {
            Stream.OnConsumed(pair.Now, taken);
        }

        pair.Flush();
    }

    public void OnPacket(PacketChannel stream, PacketBuffer packet)
    {
        Assert.Null(End);
        Received.Add(packet.Span.ToArray());
        Numbers.Add(packet.Number);
        var taken = Taken.Of(packet);
        packet.Release();
        if (Consumes)
        {
            stream.OnConsumed(pair.Now, taken);
        }
        else
        {
            Waiting.Enqueue(taken);
        }
    }

    public void OnPacketSkipped(PacketChannel stream, long number)
    {
        Assert.Null(End);
        Skipped.Add(number);
    }

    public void OnPacketDone(PacketChannel stream, PacketBuffer packet, PacketFate fate)
    {
        _ = fate switch
        {
            PacketFate.Acknowledged => Acknowledged++,
            PacketFate.Expired => Expired++,
            _ => Lost++,
        };
        packet.Release();
    }

    public void OnAccepted(PacketChannel stream)
    {
        Assert.False(IsAccepted);
        IsAccepted = true;
    }

    public void OnReadsCompleted(PacketChannel stream)
    {
        Assert.False(ReadsAreCompleted);
        Assert.Null(End);
        ReadsAreCompleted = true;
    }

    public void OnWritesCompleted(PacketChannel stream)
    {
        Assert.False(WritesAreCompleted);
        Assert.Null(End);
        WritesAreCompleted = true;
    }

    public void OnEnded(PacketChannel stream, in StreamEnd end)
    {
        Assert.Null(End);
        End = end;
        while (Waiting.TryDequeue(out var taken))
        {
            stream.OnConsumed(pair.Now, taken);
        }
    }
}
