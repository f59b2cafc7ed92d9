using UDPack.Protocol.Closing;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>Sessions that have ended and only repeat their goaway: they take no place of others, and are bounded all the same.</summary>
public sealed class EndedSessionTests
{
    private static readonly ServerEndpointOptions One = new() { MaxSessions = 1 };
    private static readonly ServerEndpointOptions OnePerAddress = new() { MaxSessionsPerAddress = 1 };
    private static readonly ServerEndpointOptions OnePerPrefix = new() { MaxSessionsPerPrefix = 1 };

    public enum Limit
    {
        Endpoint,
        Address,
        Prefix,
    }

    [Theory]
    [InlineData(Limit.Endpoint, true)]
    [InlineData(Limit.Endpoint, false)]
    [InlineData(Limit.Address, true)]
    [InlineData(Limit.Address, false)]
    [InlineData(Limit.Prefix, true)]
    [InlineData(Limit.Prefix, false)]
    public void The_next_client_has_the_place_of_a_session_at_once_when_it_has_ended(Limit limit, bool serverEnds)
    {
        var pair = new Pair(options: Options(limit));
        for (var i = 0; i < 5; i++)
        {
            var (client, server) = pair.Establish();
            (serverEnds ? server : client).Abort();
            pair.RunUntil(() => server.End is not null, Pair.Second);
        }

        Assert.Equal(5, pair.ServerSessions.Count);
        Assert.Equal(0, pair.Server.Counters.Refused(HandshakeRejection.Busy));
        pair.EndAll();
    }

    [Theory]
    [InlineData(Limit.Endpoint)]
    [InlineData(Limit.Address)]
    [InlineData(Limit.Prefix)]
    public void A_session_that_lives_has_its_place_also_after_many_that_ended(Limit limit)
    {
        var pair = new Pair(options: Options(limit));
        for (var i = 0; i < 5; i++)
        {
            pair.Establish().Server.Abort();
        }

        // Those that ended are forgotten meanwhile, and must not be taken off a second time.
        var (client, server) = pair.Establish();
        pair.Run(10 * Pair.Second);
        pair.Connect(attempts: 1);
        pair.Run(Pair.Second);

        Assert.Equal(1, pair.Server.SessionCount);
        Assert.Equal(1, pair.Server.Counters.Refused(HandshakeRejection.Busy));
        pair.Echo(client, server);
        pair.EndAll();
    }

    [Fact]
    public void A_goaway_that_was_lost_is_repeated_while_another_has_the_place()
    {
        var pair = new Pair(options: One);
        var (first, server) = pair.Establish();
        pair.Filter = static (toServer, _) => toServer;
        server.Abort();
        pair.Filter = null;
        Assert.Null(first.End);

        pair.Establish();
        pair.RunUntil(() => first.End is not null, 3 * Pair.Second);

        Assert.Equal(SessionEndCause.PeerError, first.End!.Value.Cause);
        pair.EndAll();
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(640, 80)]
    public void Sessions_that_open_and_close_without_end_keep_no_more_memory_than_a_bound(int maxSessions, int most)
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxSessions = maxSessions }) { KeepsTrace = false };

        // As long as it can be made by its peer's word.
        var slow = new TransportParameters { MaxAckDelayMicros = 1_000_000 };
        var largest = 0;
        for (var i = 0; i < 300; i++)
        {
            var (_, server) = pair.Establish(parameters: slow);
            server.Abort();
            largest = Math.Max(largest, pair.Server.LingeringCount);
            Assert.Equal(0, pair.Server.SessionCount);
        }

        Assert.Equal(0, pair.Server.Counters.Refused(HandshakeRejection.Busy));
        Assert.Equal(most, largest);
        pair.EndAll();
        Assert.Equal(0, pair.Server.LingeringCount);
    }

    [Theory]
    [InlineData(201)]
    [InlineData(1)]
    public void When_many_end_at_once_each_client_hears_it_and_the_next_session_makes_them_fewer(int maxSessions)
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxSessions = 201 });
        var clients = Enumerable.Range(0, 200).Select(_ => pair.Establish().Client).ToArray();
        pair.Server.ApplyOptions(pair.Options with { MaxSessions = maxSessions });
        pair.HoldsJobs = true;
        pair.Connect();
        pair.Run(Pair.Second / 20);

        // In one turn, in which a handshake is finished, too.
        foreach (var session in pair.Server.GetSessions())
        {
            session.Abort(pair.Now, null);
        }

        pair.HoldsJobs = false;
        pair.RunJobs();
        pair.Flush();
        pair.Run(Pair.Second / 20);

        Assert.All(clients, static client => Assert.Equal(SessionEndCause.PeerError, client.End?.Cause));
        Assert.Equal(200, pair.Server.LingeringCount);
        pair.Establish();
        Assert.InRange(pair.Server.LingeringCount, 0, 64);
        pair.EndAll();
    }

    [Theory]
    [InlineData(Limit.Endpoint)]
    [InlineData(Limit.Address)]
    [InlineData(Limit.Prefix)]
    public void What_has_ended_lingers_beside_the_next_session_and_is_forgotten_by_itself(Limit limit)
    {
        var pair = new Pair(options: Options(limit));
        var (first, server) = pair.Establish();
        Assert.Equal(0, pair.Server.LingeringCount);
        server.Session.Abort(pair.Now, applicationCode: null);
        Assert.Equal(1, pair.Server.LingeringCount);

        var connecting = pair.Connect();
        pair.Run(Pair.Second / 5);

        Assert.True(connecting.Session is not null, $"The limit of one for {limit} kept the next one out: {connecting.Failure}.");
        Assert.Equal(1, pair.Server.SessionCount);
        pair.Run(5 * Pair.Second);
        Assert.Equal(0, pair.Server.LingeringCount);
        Assert.NotNull(first.End);
    }

    [Fact]
    public void A_client_that_opens_and_ends_sessions_gathers_no_more_than_the_bound()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxSessions = 100, AddressValidation = CookieMode.Never, HandshakeRatePerPrefix = null }) { KeepsTrace = false };
        var most = 0;
        for (var i = 0; i < 30; i++)
        {
            for (var j = 0; j < 40; j++)
            {
                pair.Connect();
            }

            pair.Run(Pair.Second / 20);
            foreach (var session in pair.Server.GetSessions())
            {
                session.Abort(pair.Now, applicationCode: null);
            }

            most = Math.Max(most, pair.Server.LingeringCount);
        }

        // And those of the last round, which have just ended.
        Assert.InRange(most, LingeringSessions.Least, LingeringSessions.Least - 1 + 40);
        pair.Run(5 * Pair.Second);
        Assert.Equal(0, pair.Server.LingeringCount);
        Assert.True(pair.Server.IsIdle);
    }

    private static ServerEndpointOptions Options(Limit limit) => limit switch
    {
        Limit.Endpoint => One,
        Limit.Address => OnePerAddress,
        _ => OnePerPrefix,
    };
}
