using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>Sessions that begin at many addresses and gather at one, or in one network.</summary>
public sealed class RoamingLimitTests
{
    [Fact]
    public void Sessions_that_move_to_one_address_are_no_more_there_than_may_begin_there()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxSessionsPerAddress = 2 });
        var clients = Establish(pair, 10, static number => Host((uint)(1000 * number), 40_000));

        foreach (var (number, (host, client)) in clients.Index())
        {
            Move(pair, host, client, Host(77, (ushort)(1000 + number)));
        }

        Assert.Equal(2, pair.Server.GetSessions().Count(session => session.RemoteAddress.SameHost(Host(77, 0))));
        Assert.Equal(2, pair.Server.SessionCount);
        Assert.Equal(8, pair.Server.Counters.MovesRefused);
        Assert.All(clients[2..], static moved => Assert.Equal(SessionEndCause.PeerError, moved.Client.End!.Value.Cause));
        Assert.All(pair.ServerSessions[2..], static side => Assert.Contains("moved to an address", side.End!.Value.Detail, StringComparison.Ordinal));
        pair.EndAll();
    }

    [Fact]
    public void Nor_in_one_prefix()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxSessionsPerPrefix = 3 });
        var clients = Establish(pair, 6, static number => Host((uint)(1000 * number), 40_000));

        foreach (var (number, (host, client)) in clients.Index())
        {
            Move(pair, host, client, Host((uint)(0x00_50_00_00 + number), 5000));
        }

        Assert.Equal(3, pair.Server.SessionCount);
        Assert.Equal(3, pair.Server.Counters.MovesRefused);
    }

    [Fact]
    public void A_session_of_a_full_address_may_change_its_port_and_the_place_of_one_that_left_is_free()
    {
        var pair = new Pair(options: new ServerEndpointOptions { MaxSessionsPerAddress = 1, MaxSessionsPerPrefix = 1 });
        var clients = Establish(pair, 2, static number => Host((uint)(1000 * number), 40_000));
        var ((first, one), (second, two)) = (clients[0], clients[1]);

        Move(pair, first, one, Host(0, 40_001));
        Move(pair, first, one, Host(5000, 40_000));
        Move(pair, second, two, Host(0, 40_002));

        Assert.Equal(2, pair.Server.SessionCount);
        Assert.Equal(0, pair.Server.Counters.MovesRefused);
        Assert.Equal(Host(0, 40_002), pair.ServerSessions[1].Session.RemoteAddress);
        pair.EndAll();
    }

    [Fact]
    public void A_lowered_limit_does_not_end_a_session_that_changes_its_port()
    {
        var pair = new Pair();
        var clients = Establish(pair, 3, static number => Host(9, (ushort)(40_000 + number)));
        pair.Server.ApplyOptions(pair.Options with { MaxSessionsPerAddress = 1 });

        Move(pair, clients[0].Host, clients[0].Client, Host(9, 50_000));

        Assert.Equal(3, pair.Server.SessionCount);
        Assert.Equal(Host(9, 50_000), pair.ServerSessions[0].Session.RemoteAddress);
    }

    private static PeerAddress Host(uint number, ushort port) => PeerAddress.FromIPv4(0x0B_00_00_00 + number, port);

    private static (ClientHost Host, AppSide Client)[] Establish(Pair pair, int count, Func<int, PeerAddress> at)
    {
        var clients = new (ClientHost, AppSide)[count];
        for (var i = 0; i < count; i++)
        {
            var host = pair.AddClient();
            pair.Rebind(at(i), host);
            var connecting = pair.Connect(from: host);
            pair.RunUntil(() => pair.ServerSessions.Count == i + 1, Pair.Second);
            clients[i] = (host, connecting.Session!);
        }

        return clients;
    }

    private static void Move(Pair pair, ClientHost host, AppSide client, PeerAddress to)
    {
        pair.Rebind(to, host);
        client.Send("from elsewhere");
        pair.Run(5 * Pair.Second);
    }
}
