using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

public sealed class ClosingTests
{
    private readonly Pair _pair = new();
    private readonly AppSide _client;
    private readonly AppSide _server;

    public ClosingTests() => (_client, _server) = _pair.Establish();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_close_delivers_everything_first_and_then_tells_the_peer_with_the_applications_code(bool byClient)
    {
        var (closing, other) = byClient ? (_client, _server) : (_server, _client);
        _pair.ToServer = _pair.ToClient = new LinkConditions { Loss = 0.2 };
        for (var i = 0; i < 100; i++)
        {
            closing.Send(new byte[500]);
        }

        closing.Close(code: 4242);
        _pair.RunUntil(() => closing.End is not null, 60 * Pair.Second);
        _pair.ToServer = _pair.ToClient = new LinkConditions();
        _pair.RunUntil(() => other.End is not null, Pair.Second);

        Assert.Equal(100, other.Received.Count);
        Assert.Equal(new SessionEnd(SessionEndCause.ClosedLocally, 4242, Reason: GoAwayReason.Application), closing.End);
        Assert.Equal(new SessionEnd(SessionEndCause.ClosedByPeer, 4242, Reason: GoAwayReason.Application), other.End);
        Assert.Equal((100, 0), (closing.Acknowledged, closing.Failed));
        _pair.EndAll();
    }

    [Fact]
    public void After_a_close_nothing_more_can_be_sent()
    {
        _client.Close();
        _client.Send("late");
        _pair.Run(Pair.Second);
        Assert.Equal(1, _client.Failed);
        Assert.Empty(_server.Received);
        _pair.EndAll();
    }

    [Fact]
    public void A_peer_that_does_not_take_everything_is_waited_for_no_longer_than_the_drain_timeout()
    {
        _pair.Filter = static (_, _) => false;
        _client.Send("never arrives");
        _client.Close(3 * Pair.Second);
        var closedAt = _pair.Now;
        _pair.RunUntil(() => _client.End is not null, 10 * Pair.Second);

        Assert.InRange(_pair.Now - closedAt, 3 * Pair.Second, (3 * Pair.Second) + 2048);
        Assert.Equal(SessionEndCause.ClosedLocally, _client.End!.Value.Cause);
        Assert.Equal(1, _client.Failed);
        _pair.EndAll();
    }

    [Fact]
    public void An_abort_ends_both_sides_at_once_and_gives_up_what_was_queued()
    {
        _server.Send("queued");
        _server.Abort(9);
        _pair.RunUntil(() => _client.End is not null, Pair.Second);

        Assert.Equal(new SessionEnd(SessionEndCause.Aborted, 9, Reason: GoAwayReason.Application), _server.End);
        Assert.Equal(new SessionEnd(SessionEndCause.PeerError, 9, Reason: GoAwayReason.Application), _client.End);
        Assert.Equal(1, _server.Failed);
        _pair.EndAll();
    }

    [Fact]
    public void Both_may_close_at_once()
    {
        _client.Send("last words");
        _client.Close(code: 1);
        _server.Close(code: 2);
        _pair.Run(Pair.Second);

        Assert.Contains(_client.End!.Value.Cause, new[] { SessionEndCause.ClosedLocally, SessionEndCause.ClosedByPeer });
        Assert.Contains(_server.End!.Value.Cause, new[] { SessionEndCause.ClosedLocally, SessionEndCause.ClosedByPeer });
        _pair.EndAll();
    }

    [Fact]
    public void A_lost_goaway_is_said_again()
    {
        var lose = 1;
        _pair.Filter = (toServer, _) => !toServer || lose-- <= 0;
        _client.Close();
        _pair.RunUntil(() => _server.End is not null, Pair.Second);
        Assert.Equal(SessionEndCause.ClosedByPeer, _server.End!.Value.Cause);
        _pair.EndAll();
    }

    [Fact]
    public void If_no_goaway_arrives_at_all_the_peer_ends_by_its_idle_timeout()
    {
        _pair.Filter = static (_, _) => false;
        _client.Close();
        _pair.RunUntil(() => _server.End is not null, 41 * Pair.Second);
        Assert.Equal(SessionEndCause.Expired, _server.End!.Value.Cause);
        _pair.EndAll();
    }

    [Fact]
    public void A_session_ended_from_a_callback_ends_cleanly()
    {
        _client.WhenDone = () => _client.Session.Abort(_pair.Now, null);
        for (var i = 0; i < 20; i++)
        {
            _client.Send(new byte[300]);
        }

        _pair.Run(Pair.Second);
        Assert.Equal(SessionEndCause.Aborted, _client.End!.Value.Cause);
        Assert.Equal(20, _client.Acknowledged + _client.Failed);
        _pair.EndAll();
    }

    [Theory]
    [InlineData(30_000, 8_000, 8)]
    [InlineData(8_000, 30_000, 8)]
    [InlineData(0, 8_000, 8)]
    [InlineData(8_000, 0, 8)]
    public void The_smaller_idle_timeout_that_is_not_0_counts_on_both_sides(long ofClient, long ofServer, int seconds)
    {
        var pair = new Pair(options: new ServerEndpointOptions { Parameters = new TransportParameters { IdleTimeoutMs = ofServer } });
        var (client, server) = pair.Establish(parameters: new TransportParameters { IdleTimeoutMs = ofClient });
        pair.Run(60 * Pair.Second);
        Assert.Null(client.End);
        var silentFrom = pair.Now;
        pair.Filter = static (_, _) => false;
        pair.RunUntil(() => server.End is not null && client.End is not null, 60 * Pair.Second);

        // From the last datagram received, up to a keep-alive interval earlier; a client's from its first unanswered ping.
        Assert.InRange(pair.Now - silentFrom, seconds * Pair.Second * 2 / 3, seconds * Pair.Second * 4 / 3);
        Assert.All([client, server], static side => Assert.Equal(SessionEndCause.Expired, side.End!.Value.Cause));
        pair.EndAll();
    }

    [Fact]
    public void With_no_idle_timeout_on_either_side_a_session_never_expires()
    {
        var never = new TransportParameters { IdleTimeoutMs = 0 };
        var pair = new Pair(options: new ServerEndpointOptions { Parameters = never });
        var (client, server) = pair.Establish(parameters: never);
        pair.Filter = static (_, _) => false;
        pair.Run(3600 * Pair.Second);
        Assert.Null(client.End);
        Assert.Null(server.End);
        pair.Filter = null;
        pair.RunUntil(() => client.Session.Snapshot().BytesInFlight == 0, 3600 * Pair.Second);
        pair.Echo(client, server);
    }

    [Fact]
    public void Pings_keep_an_idle_session_alive_cheaply()
    {
        _pair.Run(Pair.Second);
        var before = _pair.Trace.Count;
        _pair.Run(100 * Pair.Second);
        Assert.Null(_server.End);

        // Ping, pong and the ack of the pong, every 10 s.
        Assert.InRange(_pair.Trace.Count - before, 27, 33);
    }
}
