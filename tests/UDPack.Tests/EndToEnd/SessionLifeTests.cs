using UDPack.Protocol;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class SessionLifeTests
{
    [Fact]
    public async Task A_session_expires_when_nothing_is_heard_within_the_idle_timeout()
    {
        await using var pair = await VirtualPair.ConnectAsync(
            options => options.Session.IdleTimeout = TimeSpan.FromSeconds(10), options => options.KeepAliveInterval = TimeSpan.FromHours(1));

        await pair.AdvanceAsync(TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(1));
        Assert.Null(pair.OnServer.CloseReason);
        await pair.AdvanceAsync(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1));

        Assert.Equal(SessionEndCause.Expired, pair.OnServer.CloseReason?.Cause);
        Assert.Equal(SessionEndCause.Expired, pair.OnClient.CloseReason?.Cause);
        await Net.FailsWith(UdpackError.SessionExpired, pair.OnClient.SendAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task Keep_alive_keeps_a_silent_session_alive()
    {
        await using var pair = await VirtualPair.ConnectAsync(options => options.Session.IdleTimeout = TimeSpan.FromSeconds(10));

        await pair.AdvanceAsync(TimeSpan.FromMinutes(2), TimeSpan.FromMilliseconds(500));

        Assert.Null(pair.OnClient.CloseReason);
        Assert.Null(pair.OnServer.CloseReason);
        Assert.True(pair.OnServer.GetStatistics().DatagramsReceived > 20);
    }

    [Fact]
    public async Task Statistics_tell_when_the_peer_was_last_heard()
    {
        await using var pair = await VirtualPair.ConnectAsync(null, options => options.KeepAliveInterval = TimeSpan.FromSeconds(20));
        await pair.AdvanceAsync(TimeSpan.FromSeconds(1));
        var sent = pair.Time.GetUtcNow();
        Assert.True(pair.OnClient.TrySend(new byte[1]));
        await pair.SettleAsync();
        await pair.AdvanceAsync(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(5));
        var acknowledged = pair.OnClient.GetStatistics().LastReceivedAt;
        Assert.InRange(acknowledged, sent + TimeSpan.FromMilliseconds(1), sent + TimeSpan.FromMilliseconds(50));
        await pair.AdvanceAsync(TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(1));

        // The clock moves in steps of a second, so an ack or a probe may still have been on its way for some of them.
        var settled = sent + TimeSpan.FromSeconds(6);
        Assert.InRange(pair.OnServer.GetStatistics().LastReceivedAt, sent, settled);
        Assert.InRange(pair.OnClient.GetStatistics().LastReceivedAt, acknowledged, settled);

        // A keep-alive and its answer are something heard, too.
        await pair.AdvanceAsync(TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(1));
        Assert.True(pair.OnServer.GetStatistics().LastReceivedAt >= sent + TimeSpan.FromSeconds(20));
        Assert.True(pair.OnClient.GetStatistics().LastReceivedAt >= sent + TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_session_ends_when_the_verdict_runs_out_even_if_it_is_busy()
    {
        var start = DateTimeOffset.UnixEpoch;
        await using var pair = await VirtualPair.ConnectAsync(options =>
        {
            start = options.TimeProvider.GetUtcNow();
            options.TokenValidator = new TestValidator((_, _) => ValueTask.FromResult(TokenVerdict.Success(null, start.AddMinutes(1))));
        });

        await pair.AdvanceAsync(TimeSpan.FromSeconds(59), TimeSpan.FromSeconds(1));
        Assert.Null(pair.OnServer.CloseReason);
        await pair.AdvanceAsync(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));

        Assert.Equal(SessionEndCause.Expired, pair.OnServer.CloseReason?.Cause);
        Assert.Equal(SessionEndCause.Expired, pair.OnClient.CloseReason?.Cause);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(100)]
    public async Task A_verdict_may_have_run_out_already_or_last_longer_than_a_timer(int days)
    {
        await using var pair = await VirtualPair.ConnectAsync(options =>
        {
            options.Session.IdleTimeout = null;
            var end = options.TimeProvider.GetUtcNow().AddDays(days);
            options.TokenValidator = new TestValidator((_, _) => ValueTask.FromResult(TokenVerdict.Success(null, end)));
        }, options =>
        {
            options.Session.IdleTimeout = null;
            options.KeepAliveInterval = TimeSpan.FromDays(30);
        });
        await pair.SettleAsync();
        if (days > 0)
        {
            Assert.Null(pair.OnServer.CloseReason);
            await pair.AdvanceAsync(TimeSpan.FromDays(99), TimeSpan.FromDays(11));
            Assert.Null(pair.OnServer.CloseReason);
            await pair.AdvanceAsync(TimeSpan.FromDays(2), TimeSpan.FromDays(1));
        }

        Assert.Equal(SessionEndCause.Expired, pair.OnServer.CloseReason?.Cause);
    }

    [Fact]
    public async Task A_restarted_server_is_noticed_within_two_seconds_of_the_next_send()
    {
        await using var first = Net.Listen();
        await using var second = Net.Listen();
        await using var relay = new Relay(first.LocalEndPoint);
        await using var client = new UdpackClient(Net.ClientOptions(relay.EndPoint));
        var session = await client.ConnectAsync().Soon();
        await first.AcceptSessionAsync().Soon();
        await session.SendAndConfirmAsync(new byte[1]).Soon();

        relay.ReplaceServer(second.LocalEndPoint);
        var began = TimeProvider.System.GetTimestamp();
        var confirmed = session.SendAndConfirmAsync(new byte[1]).AsTask();
        await Net.FailsWith(UdpackError.PeerRestarted, confirmed);

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(4));
        Assert.Equal(SessionEndCause.UnknownToPeer, session.CloseReason?.Cause);
        await using var again = await client.ConnectAsync().Soon();
        await second.AcceptSessionAsync().Soon();
    }
}
