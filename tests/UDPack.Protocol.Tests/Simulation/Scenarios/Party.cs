using UDPack.Protocol.Delivery;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>The application at one end of a session, checking everything it is told.</summary>
internal sealed class Party : ISessionEvents
{
    private readonly Pair _pair;
    private readonly Conversation _conversation;

    public Party(Pair pair, Conversation conversation, Session session, bool isServer)
    {
        (_pair, _conversation, Session, IsServer) = (pair, conversation, session, isServer);
        (Out, In) = isServer ? (conversation.ToClient, conversation.ToServer) : (conversation.ToServer, conversation.ToClient);
        (UpdatesOut, UpdatesIn) = isServer ? (conversation.UpdatesToClient, conversation.UpdatesToServer) : (conversation.UpdatesToServer, conversation.UpdatesToClient);
        Reader = new Reader(taken => Session.Inbox.OnConsumed(Now, taken));
        session.Events = this;
    }

    public Session Session { get; }

    public bool IsServer { get; }

    public Flow Out { get; }

    public Flow In { get; }

    public Updates UpdatesOut { get; }

    public Updates UpdatesIn { get; }

    /// <summary>How many more values it takes before it refuses some, which then come again.</summary>
    public int TakesValues { get; set; } = int.MaxValue;

    /// <summary>What the values take that it has not looked at.</summary>
    public long ValuesHeld { get; private set; }

    public Reader Reader { get; }

    /// <summary>Its ends of streams, whoever opened them.</summary>
    public List<StreamParty> Streams { get; } = [];

    public SessionEnd? End { get; private set; }

    public bool IsClosing { get; private set; }

    public int SlotsFreed { get; private set; }

    /// <summary>What a stream's handler does first of all; null lets it live.</summary>
    public Action<StreamParty>? WhenStreamOpened { get; set; }

    /// <summary>Whether what is sent may be lost, as the session is over or about to be.</summary>
    public bool MayLose => IsClosing || Session.State == SessionState.Close;

    public long Now => _pair.Now;

    public PacketBuffer Rent(int length) => _pair.Buffers.Rent(length);

    public void Send(int length)
    {
        var buffer = Rent(length);
        buffer.Number = Out.Add(buffer.Span, long.MaxValue);
        Session.Outbox.Send(Now, buffer);
    }

    public void SendMessage(int length)
    {
        var buffer = Rent(length);
        _conversation.Messages.Write(buffer.Span);
        Session.Memory.AddSending(buffer.Memory);
        Session.Messages.Send(buffer);
    }

    public void SendSequenced(int lane, int length)
    {
        var buffer = Rent(length);
        UpdatesOut.WriteMessage(buffer, lane);
        Session.Memory.AddSending(buffer.Memory);
        Session.Messages.Send(buffer);
    }

    public void SendLatest(int key, int length)
    {
        if (IsClosing || End is not null)
        {
            return;
        }

        var buffer = Rent(length);
        UpdatesOut.WriteValue(buffer, key);
        Session.Memory.AddSending(buffer.Memory);
        Session.Values.Send(buffer);
    }

    public StreamParty? TryOpen(in StreamSettings settings)
    {
        var id = _conversation.NextKey();
        var side = new StreamParty(this, new Flow(id, settings.Mode), new Flow(~id, settings.Mode), isOpener: true);
        if (!Session.TryOpenStream(settings, side, out var channel))
        {
            return null;
        }

        side.Channel = channel;
        Streams.Add(side);
        _conversation.Opened.Add(channel.Id, side);
        return side;
    }

    public void Close(long drainMicros, ushort? code)
    {
        IsClosing = true;
        Session.Close(Now, drainMicros, code);
    }

    public void Abort(ushort? code)
    {
        IsClosing = true;
        Session.Abort(Now, code);
    }

    public void TakeTurn()
    {
        Reader.TakeTurn();
        ValuesHeld = 0;
        Session.Values.Account();

        foreach (var stream in Streams)
        {
            stream.Reader.TakeTurn();
        }
    }

    public void OnPacket(Session session, PacketBuffer packet)
    {
        Assert.Same(Session, session);
        Assert.Null(End);
        In.OnArrived(packet.Number, packet.Span);
        var taken = Taken.Of(packet);
        packet.Release();
        Reader.OnPacket(taken);
    }

    public void OnPacketDone(Session session, PacketBuffer packet, PacketFate fate)
    {
        Out.OnDone(Now, packet.Number, fate, MayLose);
        packet.Release();
    }

    public void OnDatagram(Session session, PacketBuffer message)
    {
        Assert.Null(End);
        if (message.Label == 0)
        {
            _conversation.Messages.OnArrived(message.Span);
        }
        else
        {
            UpdatesIn.OnMessage(message);
        }

        message.Release();
    }

    public bool TryTakeValue(Session session, PacketBuffer value)
    {
        Assert.Null(End);
        if (TakesValues == 0)
        {
            return false;
        }

        TakesValues--;
        UpdatesIn.OnValue(value);
        ValuesHeld += value.Memory;
        value.Release();
        return true;
    }

    public void OnValueDone(Session session, uint key) => UpdatesOut.OnValueDone(key);

    public void OnStreamOpened(Session session, PacketChannel stream)
    {
        Assert.Null(End);
        Assert.True(_conversation.Opened.Remove(stream.Id, out var opener), $"Nobody opened stream {stream.Id}, or it was announced before.");
        Assert.Equal(opener.Channel.Mode, stream.Mode);
        var side = new StreamParty(this, opener.In, opener.Out, isOpener: false) { Channel = stream, Other = opener };
        opener.Other = side;
        stream.Events = side;
        Streams.Add(side);
        WhenStreamOpened?.Invoke(side);
    }

    public void OnStreamSlotFree(Session session) => SlotsFreed++;

    public void OnPeerMoved(Session session)
    {
        Assert.True(IsServer);
        _conversation.OnMoved(session.RemoteAddress);
    }

    public void OnEnded(Session session, in SessionEnd end)
    {
        Assert.Null(End);
        End = end;
    }

    /// <summary>For whoever has to find out why something failed.</summary>
    public string Describe()
    {
        ref var recovery = ref Session.Context.Recovery;
        var streams = Streams.Select(static s =>
            $"\n    stream {s.Channel.Id} {s.Channel.Mode}: {s.Out.Done}/{s.Out.Sent} done, {s.In.Settled}/{s.In.Sent} in, held {s.Channel.ReceiveCredit.Held}, "
            + $"credit {s.Channel.SendCredit.Used}/{s.Channel.SendCredit.Limit}, end {s.End?.Cause}, finished {s.IsFinished}, removed {s.Channel.IsRemoved}, "
            + $"sends {s.Channel.Sender.NextNumber}, lost {s.Channel.Sender.TryPeekLost(out _)}, queued {s.Channel.IsQueued}, waits {s.Channel.WaitsForSession}");
        return $"\n  {(IsServer ? "server" : "client")}: {Out.Done}/{Out.Sent} done, {In.Settled}/{In.Sent} in, held {Session.Inbox.Window.Held}, "
            + $"credit {Session.Outbox.Credit.Used}/{Session.Outbox.Credit.Limit}, granted {Session.Inbox.Window.AdvertisedLimit}, "
            + $"in flight {recovery.BytesInFlight} of {recovery.Congestion.Window} ({recovery.DatagramsInFlight}), paced {recovery.Congestion.PacingRate}, "
            + $"recovery due in {recovery.Deadline - Now}, probe timeout {recovery.ProbeTimeout}, session due in {Session.NextDeadline - Now}"
            + $", own channel: next {Session.OwnChannel.Sender.NextNumber}, waits {Session.OwnChannel.WaitsForSession}, {UpdatesOut.Describe()}"
            + string.Concat(streams);
    }
}
