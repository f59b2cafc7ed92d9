using UDPack.Protocol.Closing;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>Sessions that have ended and repeat their goaway take no place, and cannot be gathered.</summary>
public sealed class LingeringSessionTests
{
    [Theory]
    [InlineData("endpoint")]
    [InlineData("address")]
    [InlineData("prefix")]
    public void The_next_client_has_the_place_of_one_that_has_just_ended(string limit)
    {
        var pair = new Pair(options: limit switch
        {
            "endpoint" => new ServerEndpointOptions { MaxSessions = 1 },
            "address" => new ServerEndpointOptions { MaxSessionsPerAddress = 1 },
            _ => new ServerEndpointOptions { MaxSessionsPerPrefix = 1 },
        });
        var (first, server) = pair.Establish();
        Assert.Equal(0, pair.Server.LingeringCount);
        server.Session.Abort(pair.Now, applicationCode: null);
        Assert.Equal(1, pair.Server.LingeringCount);

        var connecting = pair.Connect();
        pair.Run(Pair.Second / 5);

        Assert.True(connecting.Session is not null, $"The limit of one {limit} kept the next one out: {connecting.Failure}.");
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
}
