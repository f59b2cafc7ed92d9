using System.Text;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Tests.Simulation;

/// <summary>The application's end of a session: keeps what arrives.</summary>
internal sealed class AppSide(Pair pair, Session session) : ISessionEvents
{
    public Session Session { get; } = session;

    public List<byte[]> Received { get; } = [];

    public int Acknowledged { get; private set; }

    public int Failed { get; private set; }

    /// <summary>Unreliable messages that arrived.</summary>
    public List<byte[]> Messages { get; } = [];

    /// <summary>Sequenced messages that arrived.</summary>
    public List<(uint Lane, long Number)> Sequenced { get; } = [];

    /// <summary>Values that arrived, in order.</summary>
    public List<(uint Key, byte[] Content)> Values { get; } = [];

    /// <summary>Runs when a packet arrived.</summary>
    public Action<byte[]>? WhenPacket { get; set; }

    /// <summary>Runs when a value arrived.</summary>
    public Action<uint, byte[]>? WhenValue { get; set; }

    /// <summary>Whether values are taken as they arrive; if not, there is no room for them.</summary>
    public bool TakesValues { get; set; } = true;

    /// <summary>What values count that wait for the application.</summary>
    public long ValuesHeld { get; set; }

    /// <summary>Keys whose newest value is not acknowledged.</summary>
    public HashSet<uint> PendingKeys { get; } = [];

    /// <summary>The streams the peer opened, in the order they were announced.</summary>
    public List<StreamSide> Streams { get; } = [];

    public int SlotsFreed { get; private set; }

    /// <summary>The addresses the peer moved to.</summary>
    public List<PeerAddress> Moves { get; } = [];

    /// <summary>Runs when the peer opened a stream, before anything of it is delivered.</summary>
    public Action<StreamSide>? WhenStreamOpened { get; set; }

    public SessionEnd? End { get; private set; }

    /// <summary>Whether packets are taken as they arrive; a slow reader leaves them.</summary>
    public bool Consumes { get; set; } = true;

    /// <summary>Whether it takes, when the session ends, what it has not taken before.</summary>
    public bool ReadsWhatIsLeft { get; set; } = true;

    /// <summary>Packets that arrived and were not taken.</summary>
    public Queue<Taken> Waiting { get; } = new();

    /// <summary>Runs when a packet is acknowledged or given up.</summary>
    public Action? WhenDone { get; set; }

    public IEnumerable<string> Texts => Received.Select(Encoding.UTF8.GetString);

    public void Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    public void Send(byte[] content)
    {
        var buffer = pair.Buffers.Rent(content.Length);
        content.CopyTo(buffer.Span);
        Session.Outbox.Send(pair.Now, buffer);
        pair.Flush();
    }

    /// <summary>Sends an unreliable message.</summary>
    public void SendMessage(byte[] content)
    {
        var buffer = pair.Buffers.Rent(content.Length);
        content.CopyTo(buffer.Span);
        Session.Memory.AddSending(buffer.Memory);
        Session.Messages.Send(buffer);
        pair.Flush();
    }

    /// <summary>Sends a sequenced message.</summary>
    public void SendSequenced(uint lane, long number, byte[] content)
    {
        var buffer = pair.Buffers.Rent(content.Length);
        content.CopyTo(buffer.Span);
        (buffer.Label, buffer.Number) = (lane, number);
        Session.Memory.AddSending(buffer.Memory);
        Session.Messages.Send(buffer);
        pair.Flush();
    }

    /// <summary>Sets the newest value of a key.</summary>
    public void SendLatest(uint key, byte[] content)
    {
        var buffer = pair.Buffers.Rent(content.Length);
        content.CopyTo(buffer.Span);
        buffer.Label = key;
        PendingKeys.Add(key);
        Session.Memory.AddSending(buffer.Memory);
        Session.Values.Send(buffer);
        pair.Flush();
    }

    /// <summary>Opens a stream; null while no slot is free.</summary>
    public StreamSide? TryOpen(StreamSettings? settings = null)
    {
        var side = new StreamSide(pair);
        if (!Session.TryOpenStream(settings ?? new StreamSettings(DeliveryMode.Ordered), side, out var stream))
        {
            return null;
        }

        side.Stream = stream;
        pair.Flush();
        return side;
    }

    public StreamSide Open(StreamSettings? settings = null)
    {
        var side = TryOpen(settings);
        Assert.NotNull(side);
        return side;
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
        for (; count > 0 && Waiting.TryDequeue(out var taken); count--)
        {
            Session.Inbox.OnConsumed(pair.Now, taken);
        }

        pair.Flush();
    }

    public void Close(long drainMicros = 60 * Pair.Second, ushort? code = null, string? text = null)
    {
        Session.Close(pair.Now, drainMicros, code, text);
        pair.Flush();
    }

    public void Abort(ushort? code = null, string? text = null, GoAwayReason reason = GoAwayReason.Application)
    {
        Session.Abort(pair.Now, code, text, reason);
        pair.Flush();
    }

    public void OnPacket(Session session, PacketBuffer packet)
    {
        Received.Add(packet.Span.ToArray());
        var taken = Taken.Of(packet);
        packet.Release();
        WhenPacket?.Invoke(Received[^1]);
        if (Consumes)
        {
            session.Inbox.OnConsumed(pair.Now, taken);
        }
        else
        {
            Waiting.Enqueue(taken);
        }
    }

    public void OnPacketDone(Session session, PacketBuffer packet, PacketFate fate)
    {
        _ = fate == PacketFate.Acknowledged ? Acknowledged++ : Failed++;
        packet.Release();
        WhenDone?.Invoke();
    }

    public void OnDatagram(Session session, PacketBuffer message)
    {
        Messages.Add(message.Span.ToArray());
        if (message.Label != 0)
        {
            Sequenced.Add((message.Label, message.Number));
        }

        message.Release();
    }

    public bool TryTakeValue(Session session, PacketBuffer value)
    {
        if (!TakesValues)
        {
            return false;
        }

        Values.Add((value.Label, value.Span.ToArray()));
        value.Release();
        WhenValue?.Invoke(Values[^1].Key, Values[^1].Content);
        return true;
    }

    public void OnValueDone(Session session, uint key) => PendingKeys.Remove(key);

    public void OnStreamOpened(Session session, PacketChannel stream)
    {
        var side = new StreamSide(pair) { Stream = stream };
        stream.Events = side;
        Streams.Add(side);
        WhenStreamOpened?.Invoke(side);
    }

    public void OnStreamSlotFree(Session session) => SlotsFreed++;

    public void OnPeerMoved(Session session) => Moves.Add(session.RemoteAddress);

    public void OnEnded(Session session, in SessionEnd end)
    {
        Assert.Null(End);
        End = end;
        if (ReadsWhatIsLeft)
        {
            while (Waiting.TryDequeue(out var taken))
            {
                session.Inbox.OnConsumed(pair.Now, taken);
            }

            ValuesHeld = 0;
            session.Values.Account();
        }
    }
}
