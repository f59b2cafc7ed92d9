using System.Text;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>The application's end of a session: keeps what arrives.</summary>
internal sealed class AppSide(Pair pair, Session session) : ISessionEvents
{
    public Session Session { get; } = session;

    public List<byte[]> Received { get; } = [];

    public int Acknowledged { get; private set; }

    public int Failed { get; private set; }

    public SessionEnd? End { get; private set; }

    /// <summary>Whether packets are taken as they arrive; a slow reader leaves them.</summary>
    public bool Consumes { get; set; } = true;

    /// <summary>The lengths of packets that arrived and were not taken.</summary>
    public Queue<int> Waiting { get; } = new();

    /// <summary>Runs when a packet is acknowledged or given up.</summary>
    public Action? WhenDone { get; set; }

    public IEnumerable<string> Texts => Received.Select(Encoding.UTF8.GetString);

    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    public void Send(byte[] content)
    {
        var buffer = pair.Buffers.Rent(content.Length);
        content.CopyTo(buffer.Span);
        Session.Send(pair.Now, buffer);
        pair.Flush();
    }

    /// <summary>Takes what was left.</summary>
    public void ConsumeAll()
    {
        Consumes = true;
        ConsumeSome(Waiting.Count);
    }

    /// <summary>Takes the oldest of what was left.</summary>
    public void ConsumeSome(int count)
    {
        for (; count > 0 && Waiting.TryDequeue(out var length); count--)
        {
            Session.OnConsumed(pair.Now, length);
        }

        pair.Flush();
    }

    public void Close(long drainMicros = 60 * Pair.Second, ushort? code = null)
    {
        Session.Close(pair.Now, drainMicros, code);
        pair.Flush();
    }

    public void Abort(ushort? code = null)
    {
        Session.Abort(pair.Now, code);
        pair.Flush();
    }

    public void OnPacket(Session session, PacketBuffer packet)
    {
        Received.Add(packet.Span.ToArray());
        packet.Release();
        if (Consumes)
        {
            session.OnConsumed(pair.Now, Received[^1].Length);
        }
        else
        {
            Waiting.Enqueue(Received[^1].Length);
        }
    }

    public void OnPacketDone(Session session, PacketBuffer packet, bool acknowledged)
    {
        _ = acknowledged ? Acknowledged++ : Failed++;
        packet.Release();
        WhenDone?.Invoke();
    }

    public void OnEnded(Session session, in SessionEnd end)
    {
        Assert.Null(End);
        End = end;
    }
}
