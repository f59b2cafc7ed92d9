using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

/// <summary>A server with several addresses answers from the one that it was reached at.</summary>
public sealed class LocalAddressTests
{
    private const int Packets = 300;

    private static readonly PeerAddress Second = PeerAddress.FromIPv4(0x0A_00_00_63, 0);
    private static readonly PeerAddress Third = PeerAddress.FromIPv4(0x0A_00_00_64, 0);

    [Theory]
    [InlineData((int)CookieMode.Never)]
    [InlineData((int)CookieMode.Always)]
    public void A_handshake_and_its_session_use_the_address_that_the_client_sends_to(int mode)
    {
        var pair = PairAt(Second, (CookieMode)mode);

        var (client, server) = pair.Establish();
        pair.Echo(client, server);

        Assert.All(pair.ServerPaths, static path => Assert.Equal(new NetworkPath(Second, Pair.ClientAddress), path));
        Assert.Equal(Second, server.Session.Path.Local);
        pair.EndAll();
    }

    [Fact]
    public void A_refusal_leaves_from_there_also_when_it_is_repeated()
    {
        var pair = PairAt(Second);
        pair.Validator = static _ => HandshakeRejection.TokenRefused;

        var connecting = pair.Connect();
        pair.RunUntil(() => connecting.Failure is not null, 5 * Pair.Second);
        var shakehand = pair.Trace.First(static d => d.ToServer).Content;
        pair.Inject(Pair.ClientAddress, shakehand, Third);

        Assert.Equal([Second, Third], pair.ServerPaths.Select(static path => path.Local));
    }

    [Fact]
    public void The_hint_for_a_shakehand_of_another_key_leaves_from_there()
    {
        var pair = PairAt(Second);

        pair.Inject(Shakehands.Address(1), Shakehands.Junk(pair, 7, 1), Third);

        Assert.Equal([new NetworkPath(Third, Shakehands.Address(1))], pair.ServerPaths);
    }

    [Fact]
    public void The_goaway_for_an_unknown_session_leaves_from_there()
    {
        var pair = PairAt(Second);
        var stray = new byte[60];
        new FrameHeader(0x1234_5678, 0, FrameFlags.None, Opcode.Ping, 8).Write(stray);

        pair.Inject(Shakehands.Address(1), stray, Third);

        Assert.Equal([new NetworkPath(Third, Shakehands.Address(1))], pair.ServerPaths);
    }

    [Fact]
    public void A_repeated_shakehand_is_answered_where_it_came_to_and_the_session_follows()
    {
        // The first answer is lost; the client's datagrams take another way from then on.
        var pair = PairAt(Second);
        pair.Filter = (toServer, _) => toServer;
        var connecting = pair.Connect();
        pair.Run(100_000);
        Assert.Equal(Second, Assert.Single(pair.ServerPaths).Local);
        pair.Filter = null;
        pair.Host.ReachedAt = Third;

        pair.RunUntil(() => connecting.Session is not null && pair.ServerSessions.Count > 0, 5 * Pair.Second);
        pair.Echo(connecting.Session!, pair.ServerSideOf(connecting));

        Assert.All(pair.ServerPaths.Skip(1), static path => Assert.Equal(Third, path.Local));
    }

    [Fact]
    public void A_session_moves_to_another_address_when_its_peer_does_and_loses_nothing()
    {
        var pair = PairAt(Second);
        var (client, server) = pair.Establish();
        SendMany(client, server);
        pair.Run(60_000);
        Assert.InRange(server.Received.Count, 1, Packets - 1);

        pair.Host.ReachedAt = Third;

        pair.RunUntil(() => server.Received.Count == Packets && client.Received.Count == Packets, 30 * Pair.Second);
        Assert.Equal(Third, server.Session.Path.Local);
        Assert.Equal(Pair.ClientAddress, server.Session.RemoteAddress);
        pair.EndAll();
    }

    [Fact]
    public void Copies_of_datagrams_that_are_sent_to_another_address_move_nothing()
    {
        var pair = PairAt(Second);
        var (client, server) = pair.Establish();
        pair.Filter = (toServer, datagram) =>
        {
            if (toServer)
            {
                pair.Copy(Pair.ClientAddress, datagram, Third);
            }

            return true;
        };
        SendMany(client, server);

        pair.RunUntil(() => server.Received.Count == Packets && client.Received.Count == Packets, 30 * Pair.Second);
        Assert.Equal(Second, server.Session.Path.Local);
        Assert.Contains(new NetworkPath(Third, Pair.ClientAddress), pair.ServerPaths);
    }

    private static Pair PairAt(PeerAddress server, CookieMode mode = CookieMode.UnderLoad)
    {
        var pair = new Pair(21, new ServerEndpointOptions { AddressValidation = mode });
        pair.Host.ReachedAt = server;
        return pair;
    }

    private static void SendMany(AppSide client, AppSide server)
    {
        for (var i = 0; i < Packets; i++)
        {
            client.Send(new byte[1000]);
            server.Send(new byte[1000]);
        }
    }
}
