using UDPack.Protocol.Closing;
using UDPack.Protocol.Sessions;

namespace UDPack.Protocol.Tests.Closing;

public sealed class GoAwayRepeatsTests
{
    private const long ProbeTimeout = 100_000;

    private static readonly SessionEnd End = new(SessionEndCause.Aborted, 3);

    private GoAwayRepeats _goAway = new();

    [Fact]
    public void It_is_said_at_once_and_again_in_each_probe_timeout_until_three_are_over()
    {
        _goAway.Begin(0, End, tellsPeer: true, ProbeTimeout);
        var said = new List<long>();
        var gone = long.MaxValue;
        for (var now = 0L; gone == long.MaxValue; now = _goAway.Deadline)
        {
            if (now > 0 && _goAway.OnTimer(now, ProbeTimeout))
            {
                gone = now;
            }
            else if (_goAway.TryTake(out var end))
            {
                Assert.Equal(End, end);
                said.Add(now);
            }
        }

        Assert.Equal([0, 100_000, 200_000], said);
        Assert.Equal(300_000, gone);
    }

    [Fact]
    public void The_side_that_was_told_stays_silent_as_long()
    {
        _goAway.Begin(0, End, tellsPeer: false, ProbeTimeout);
        Assert.False(_goAway.TryTake(out _));
        Assert.Equal(300_000, _goAway.Deadline);
        Assert.True(_goAway.OnTimer(300_000, ProbeTimeout));
    }

    [Fact]
    public void A_probe_timeout_that_the_peer_made_long_does_not_keep_it()
    {
        _goAway.Begin(0, End, tellsPeer: true, 60_000_000);
        Assert.Equal(GoAwayRepeats.LongestLinger, _goAway.Deadline);
    }

    [Fact]
    public void Without_keys_nothing_is_said()
    {
        _goAway.Begin(0, End, tellsPeer: true, ProbeTimeout);
        _goAway.Stop();
        Assert.False(_goAway.TryTake(out _));
    }
}
