using UDPack.Protocol.Closing;
using UDPack.Protocol.Crypto;
using UDPack.Protocol.Frames;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Tests.Closing;

public sealed class CloseSequenceTests
{
    private const long ProbeTimeout = 100_000;

    private static readonly SessionEnd End = new(SessionEndCause.ClosedLocally, 7, "done", GoAwayReason.Application);

    private readonly CloseSequence _close = new();
    private readonly byte[] _buffer = new byte[Session.DatagramSize];

    [Fact]
    public void A_wish_waits_for_what_was_given_and_no_longer_than_its_drain()
    {
        _close.Request(0, 1_000_000, 30_000_000, code: 7, "done");
        Assert.True(_close.IsRequested);
        Assert.False(_close.IsDrainOver);
        Assert.Equal(End, _close.RequestedEnd);
        Assert.Equal(1_000_000, _close.DrainDeadline);
        _close.OnTimer(1_000_000);
        Assert.True(_close.IsDrainOver);
    }

    [Fact]
    public void The_end_is_told_with_its_code_and_text_and_again_after_each_probe_timeout()
    {
        _close.Begin(0, End, tellsPeer: true, ProbeTimeout);
        Assert.True(_close.OwesGoAway);
        var goAway = Write();
        Assert.Equal((GoAwayCode.Normal, GoAwayReason.Application, (ushort?)7), (goAway.Code, goAway.Reason, goAway.ApplicationCode));
        Assert.False(_close.OwesGoAway);
        Assert.False(_close.OnTimerAfterEnd(ProbeTimeout, ProbeTimeout));
        Assert.True(_close.OwesGoAway);
        Assert.True(_close.OnTimerAfterEnd(3 * ProbeTimeout, ProbeTimeout));
    }

    [Fact]
    public void The_side_that_was_told_says_nothing()
    {
        _close.Begin(0, End, tellsPeer: false, ProbeTimeout);
        Assert.False(_close.OwesGoAway);
        Assert.Equal(3 * ProbeTimeout, _close.GoAwayDeadline);
    }

    [Fact]
    public void Without_keys_nothing_can_be_said_any_more()
    {
        _close.Begin(0, End, tellsPeer: true, ProbeTimeout);
        _close.Stop();
        Assert.False(_close.OwesGoAway);
    }

    private (GoAwayCode Code, GoAwayReason Reason, ushort? ApplicationCode) Write()
    {
        var datagram = new DatagramBuilder(_buffer, 1, 0, DatagramSealer.Overhead);
        Assert.True(_close.TryWriteGoAway(ref datagram));
        Assert.True(GoAwayFrame.TryRead(_buffer.AsSpan(FrameHeader.Size, datagram.Length - FrameHeader.Size), out var frame));
        return (frame.Code, frame.Reason, frame.ApplicationCode);
    }
}
