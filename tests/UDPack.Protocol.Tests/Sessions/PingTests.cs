using UDPack.Protocol.Paths;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

/// <summary>A ping is its own frame, answered whatever else is sent.</summary>
public sealed class PingTests
{
    private readonly Pair _pair = new();
    private readonly AppSide _client;
    private readonly AppSide _server;

    public PingTests()
    {
        _pair.ToServer = _pair.ToClient = new LinkConditions { Delay = 20_000 };
        (_client, _server) = _pair.Establish();
        _pair.Run(Pair.Second);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Either_side_measures_the_round_trip(bool byClient)
    {
        var waiter = Ping(byClient ? _client : _server);
        _pair.Run(Pair.Second);
        Assert.InRange(Assert.Single(waiter.Answers), 40_000, 41_000);
        _pair.EndAll();
    }

    [Fact]
    public void Each_is_answered_beside_a_peer_that_sends_all_the_time_and_whose_packets_nobody_takes()
    {
        _client.Consumes = false;
        var waiters = new List<Waiter>();
        for (var i = 0; i < 100; i++)
        {
            _server.Send(new byte[30_000]);
            _pair.Run(50_000);
            if (i % 5 == 0)
            {
                waiters.Add(Ping(_client));
            }
        }

        _pair.Run(Pair.Second);
        Assert.All(waiters, static waiter => Assert.InRange(Assert.Single(waiter.Answers), 40_000, 120_000));
        _pair.EndAll();
    }

    [Fact]
    public void One_that_is_lost_is_not_repeated_and_holds_up_no_other()
    {
        var loses = true;
        _pair.Filter = (toServer, _) => !(toServer && loses);
        var lost = Ping(_client);
        loses = false;
        var next = Ping(_client);
        _pair.Run(5 * Pair.Second);

        Assert.Empty(lost.Answers);
        Assert.Single(next.Answers);
        _client.Session.Pings.Forget(lost);
        _pair.EndAll();
    }

    [Fact]
    public void Several_may_be_on_their_way_and_each_gets_its_own_answer_once()
    {
        var waiters = Enumerable.Range(0, 16).Select(_ => Ping(_client)).ToList();
        _pair.ToClient = new LinkConditions { Delay = 20_000, Duplicate = 1 };
        _pair.Run(Pair.Second);
        Assert.All(waiters, static waiter => Assert.Single(waiter.Answers));
        _pair.EndAll();
    }

    [Fact]
    public void Nobody_is_told_who_has_given_up()
    {
        var waiter = Ping(_client);
        _client.Session.Pings.Forget(waiter);
        _pair.Run(Pair.Second);
        Assert.Empty(waiter.Answers);

        Assert.InRange(Assert.Single(Run(Ping(_client)).Answers), 40_000, 41_000);
        _pair.EndAll();
    }

    [Fact]
    public void One_that_waits_for_a_full_window_does_not_count_the_wait()
    {
        _pair.Filter = static (toServer, _) => toServer;
        _client.Send(new byte[200_000]);
        _pair.Run(30_000);
        var waiter = Ping(_client);
        _pair.Run(30_000);
        _pair.Filter = null;
        _pair.RunUntil(() => waiter.Answers.Count > 0, 20 * Pair.Second);
        Assert.InRange(waiter.Answers[0], 40_000, 60_000);
        _pair.EndAll();
    }

    private Waiter Run(Waiter waiter)
    {
        _pair.Run(Pair.Second);
        return waiter;
    }

    private Waiter Ping(AppSide side)
    {
        var waiter = new Waiter();
        side.Session.Pings.Send(waiter);
        _pair.Flush();
        return waiter;
    }

    private sealed class Waiter : IPingWaiter
    {
        public List<long> Answers { get; } = [];

        public void OnPong(long micros) => Answers.Add(micros);
    }
}
