using UDPack.Protocol.Delivery;

namespace UDPack.Protocol.Tests.Simulation.Scenarios;

/// <summary>The application at one end of a stream, checking everything it is told.</summary>
internal sealed class StreamParty : IStreamEvents
{
    private readonly Party _party;
    private readonly bool _isOpener;

    public StreamParty(Party party, Flow outgoing, Flow incoming, bool isOpener)
    {
        (_party, Out, In, _isOpener) = (party, outgoing, incoming, isOpener);
        Reader = new Reader(taken => Channel.OnConsumed(_party.Now, taken));
    }

    public PacketChannel Channel { get; set; } = null!;

    public StreamParty? Other { get; set; }

    public Flow Out { get; }

    public Flow In { get; }

    public Reader Reader { get; }

    public bool IsFinished { get; private set; }

    public ushort? AbortedWith { get; private set; }

    public bool ReadsAreCompleted { get; private set; }

    public bool WritesAreCompleted { get; private set; }

    public bool IsAccepted { get; private set; }

    public bool HasAccepted { get; private set; }

    public StreamEnd? End { get; private set; }

    public bool IsWritable => !IsFinished && AbortedWith is null && End is null;

    /// <summary>Both directions were closed in good order.</summary>
    public bool IsCompleted => End?.Cause == StreamEndCause.Completed;

    public void Send(int length)
    {
        var now = _party.Now;
        var buffer = _party.Rent(length);
        var deadline = Channel.DeadlineMicros >= long.MaxValue - now ? long.MaxValue : now + Channel.DeadlineMicros;
        buffer.Number = Out.Add(buffer.Span, deadline);
        Channel.Send(now, buffer);
    }

    public void Finish()
    {
        IsFinished = true;
        Channel.Finish();
    }

    public void Abort(ushort code)
    {
        AbortedWith ??= code;
        Channel.Abort(_party.Now, code);
    }

    public void Accept()
    {
        HasAccepted = true;
        Channel.Accept();
    }

    public void OnPacket(PacketChannel stream, PacketBuffer packet)
    {
        AssertLives(stream);
        Assert.False(ReadsAreCompleted);
        In.OnArrived(packet.Number, packet.Span);
        var taken = Taken.Of(packet);
        packet.Release();
        Reader.OnPacket(taken);
    }

    public void OnPacketSkipped(PacketChannel stream, long number)
    {
        AssertLives(stream);
        In.OnSkipped(number);
    }

    public void OnPacketDone(PacketChannel stream, PacketBuffer packet, PacketFate fate)
    {
        Assert.Same(Channel, stream);
        Out.OnDone(_party.Now, packet.Number, fate, mayBeLost: End is not null || _party.MayLose);
        packet.Release();
    }

    public void OnAccepted(PacketChannel stream)
    {
        AssertLives(stream);
        Assert.True(_isOpener);
        Assert.False(IsAccepted);
        Assert.True(Other!.HasAccepted);
        IsAccepted = true;
    }

    public void OnReadsCompleted(PacketChannel stream)
    {
        AssertLives(stream);
        Assert.False(ReadsAreCompleted);
        Assert.True(Other!.IsFinished);
        Assert.Equal(In.Sent, In.Settled);
        ReadsAreCompleted = true;
    }

    public void OnWritesCompleted(PacketChannel stream)
    {
        AssertLives(stream);
        Assert.False(WritesAreCompleted);
        Assert.True(IsFinished);
        Assert.True(Out is { Lost: 0 } && Out.Done == Out.Sent);
        WritesAreCompleted = true;
    }

    public void OnEnded(PacketChannel stream, in StreamEnd end)
    {
        Assert.Same(Channel, stream);
        Assert.Null(End);

        // A session that ends says so first, and then each of its streams.
        Assert.Equal(end.Cause == StreamEndCause.SessionEnded, _party.End is not null);
        switch (end.Cause)
        {
            case StreamEndCause.Completed:
                Assert.True(ReadsAreCompleted && WritesAreCompleted);
                break;
            case StreamEndCause.Aborted:
                Assert.Equal(AbortedWith, end.Code);
                break;
            case StreamEndCause.AbortedByPeer:
                Assert.Equal(Other!.AbortedWith, end.Code);
                break;
            case StreamEndCause.SessionEnded:
                Assert.Equal(SessionState.Close, _party.Session.State);
                break;
        }

        End = end;
    }

    private void AssertLives(PacketChannel stream)
    {
        Assert.Same(Channel, stream);
        Assert.Null(End);
        Assert.Null(_party.End);
    }
}
