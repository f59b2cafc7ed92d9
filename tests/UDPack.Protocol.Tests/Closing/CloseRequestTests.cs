using UDPack.Protocol.Closing;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Tests.Closing;

public sealed class CloseRequestTests
{
    private const long Idle = 30_000_000;

    private CloseRequest _close = new();

    [Fact]
    public void Without_a_request_nothing_is_due()
    {
        Assert.False(_close.IsMade);
        Assert.Equal(long.MaxValue, _close.Deadline);
        _close.OnTimer(long.MaxValue - 1);
        Assert.False(_close.IsOver);
    }

    [Fact]
    public void What_is_said_first_counts()
    {
        _close.Make(0, 1_000_000, Idle, code: 7, "done");
        _close.Make(0, 1_000_000, Idle, code: 8, "again");
        Assert.Equal(new SessionEnd(SessionEndCause.ClosedLocally, 7, "done", GoAwayReason.Application), _close.End);
    }

    [Fact]
    public void A_wait_of_nothing_is_over_at_once()
    {
        _close.Make(5, 0, Idle, null, null);
        Assert.True(_close.IsOver);
    }

    [Fact]
    public void The_shorter_wait_of_two_counts()
    {
        _close.Make(0, 9_000_000, Idle, null, null);
        _close.Make(0, 2_000_000, Idle, null, null);
        _close.Make(0, long.MaxValue, Idle, null, null);
        Assert.Equal(2_000_000, _close.Deadline);
        _close.OnTimer(1_999_999);
        Assert.False(_close.IsOver);
        _close.OnTimer(2_000_000);
        Assert.True(_close.IsOver);
    }

    [Fact]
    public void A_peer_that_takes_nothing_for_the_idle_timeout_ends_the_wait_and_one_that_does_prolongs_it()
    {
        _close.Make(0, long.MaxValue, Idle, null, null);
        Assert.Equal(Idle, _close.Deadline);
        _close.OnProgress(20_000_000);
        Assert.Equal(50_000_000, _close.Deadline);
        _close.OnTimer(50_000_000);
        Assert.True(_close.IsOver);
    }
}
