using UDPack.Protocol.Paths;

namespace UDPack.Protocol.Tests.Paths;

public sealed class LivenessTests
{
    private const long Second = 1_000_000;
    private const long ProbeTimeout = 100_000;

    [Fact]
    public void A_client_expires_after_the_timeout_and_a_server_as_much_later_as_its_client_may_have_been_silent()
    {
        Assert.Equal(30 * Second, Client().IdleDeadline(ProbeTimeout));
        Assert.Equal(40 * Second, new Liveness(isServer: true, 30 * Second, null, now: 0).IdleDeadline(ProbeTimeout));
    }

    [Theory]
    [InlineData(10, 30, 10, 3_333_333)]
    [InlineData(10, 30, 30, 10_000_000)]
    [InlineData(5, 30, 30, 5_000_000)]
    [InlineData(40, 0, 60, 20_000_000)]
    [InlineData(40, 0, 0, 40_000_000)]
    [InlineData(11, 30, 10, 11_000_000)]
    [InlineData(null, 30, 10, null)]
    public void An_interval_that_fits_the_own_timeout_fits_the_peers_shorter_one_too(int? seconds, int own, int agreed, int? micros) =>
        Assert.Equal(micros, Liveness.Fit(seconds * Second, own * Second, agreed * Second));

    [Fact]
    public void Three_probe_timeouts_pass_in_any_case()
    {
        Assert.Equal(60 * Second, Client().IdleDeadline(20 * Second));
    }

    [Fact]
    public void Without_a_timeout_it_never_expires_and_pings_every_ten_seconds()
    {
        var liveness = new Liveness(isServer: false, 0, null, now: 0);
        Assert.Equal(long.MaxValue, liveness.IdleDeadline(ProbeTimeout));
        Assert.Equal(10 * Second, liveness.KeepAliveDeadline);
    }

    [Fact]
    public void Of_what_is_sent_to_a_silent_peer_only_the_first_prolongs()
    {
        var liveness = Client();
        liveness.OnElicited(5 * Second);
        liveness.OnElicited(20 * Second);
        Assert.Equal(35 * Second, liveness.IdleDeadline(ProbeTimeout));
        liveness.OnVerified(21 * Second);
        liveness.OnElicited(25 * Second);
        Assert.Equal(55 * Second, liveness.IdleDeadline(ProbeTimeout));
        Assert.Equal(21 * Second, liveness.LastVerifiedAt);
    }

    [Theory]
    [InlineData(null, 10)]
    [InlineData(3, 3)]
    public void A_client_pings_when_nothing_else_was_said(int? interval, int expected)
    {
        var liveness = new Liveness(isServer: false, 30 * Second, interval * Second, now: 0);
        liveness.OnElicited(2 * Second);
        var due = (2 + expected) * Second;
        Assert.Equal(due, liveness.KeepAliveDeadline);
        Assert.False(liveness.TryTakePing(due - 1));
        Assert.True(liveness.TryTakePing(due));
        Assert.Equal(due + (expected * Second), liveness.KeepAliveDeadline);
    }

    [Fact]
    public void A_server_never_pings()
    {
        var liveness = new Liveness(isServer: true, 30 * Second, Second, now: 0);
        Assert.Equal(long.MaxValue, liveness.KeepAliveDeadline);
        Assert.False(liveness.TryTakePing(100 * Second));
    }

    private static Liveness Client() => new(isServer: false, 30 * Second, null, now: 0);
}
