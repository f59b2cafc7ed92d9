using UDPack.Protocol.Frames;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>Datagrams for sessions that do not exist, the clear goaway that answers them, and what it cannot be used for.</summary>
public sealed class UnknownSessionTests
{
    private readonly Pair _pair = new();

    [Theory]
    [InlineData(40, 0x5, 0)]
    [InlineData(41, 0x5, 1)]
    [InlineData(1200, 0x0, 1)]
    [InlineData(41, 0x4, 1)]
    [InlineData(41, 0xB, 0)]
    [InlineData(41, 0xC, 0)]
    [InlineData(17, 0xC, 0)]
    [InlineData(41, 0xD, 0)]
    public void A_datagram_is_answered_by_17_clear_bytes_if_long_enough_and_no_handshake_frame_or_goaway(int length, byte opcode, int answers)
    {
        _pair.Inject(Shakehands.Address(1), Stray(0x1234_5678, opcode, length));

        Assert.Equal(answers, _pair.Elsewhere.Count);
        Assert.All(_pair.Elsewhere, static d =>
        {
            Assert.Equal(17, d.Content.Length);
            Assert.Equal(0x1234_5678u, Forger.Header(d.Content).SessionId);
            Assert.Equal(Opcode.GoAway, Forger.Header(d.Content).Opcode);
            Assert.Equal(1, d.Content[16]);
        });
        Assert.Equal(1, _pair.Server.Counters.TotalDropped);
    }

    [Fact]
    public void A_server_replaced_before_it_confirmed_is_noticed_too()
    {
        _pair.Filter = static (toServer, content) => !toServer || Forger.Header(content).Opcode == Opcode.Shakehand;
        var connecting = _pair.Connect();
        _pair.RunUntil(() => connecting.Session is not null, Pair.Second);
        _pair.RestartServer();
        _pair.Filter = null;

        _pair.RunUntil(() => connecting.Session!.End is not null, 4 * Pair.Second);

        Assert.Equal(SessionEndCause.UnknownToPeer, connecting.Session!.End!.Value.Cause);
    }

    [Fact]
    public void The_answers_are_rate_limited()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _pair.Inject(Shakehands.Address(i), Stray(0x1234_0000 + (uint)i, 0x5, 60));
        }

        Assert.Equal(_pair.Options.HintsPerSecond, _pair.Elsewhere.Count);
        Assert.Equal(10_000, _pair.Server.Counters.Dropped(DropReason.UnknownSession));
    }

    [Fact]
    public void A_client_answers_nothing()
    {
        var (client, server) = _pair.Establish();
        var sent = _pair.Trace.Count;
        _pair.InjectToClient(Stray(client.Session.Id ^ 1, 0x5, 60));
        _pair.InjectToClient(Stray(0x1234_5678, 0x5, 60));

        Assert.Equal(sent, _pair.Trace.Count);
        Assert.Equal(2, _pair.Client.Counters.Dropped(DropReason.UnknownSession));
        _pair.Echo(client, server);
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(100_000)]
    [InlineData(375_000)]
    public void A_flood_of_forged_hints_kills_no_live_session(long delay)
    {
        _pair.ToServer = _pair.ToClient = new LinkConditions { Delay = delay };
        var (client, server) = _pair.Establish();
        var (begin, before) = (_pair.Now, _pair.Trace.Count(static d => d.ToServer));
        for (var i = 0; i < 5000; i++)
        {
            _pair.InjectToClient(Hint(client.Session.Id));
            _pair.Run(2_000);
        }

        // A ping and an ack for its pong in each round trip.
        var roundTrips = (_pair.Now - begin) / (2 * delay);
        Assert.InRange(_pair.Trace.Count(static d => d.ToServer) - before, 1, (2 * roundTrips) + 10);

        Assert.Null(client.End);
        _pair.Echo(client, server);
        _pair.EndAll();
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(50_000)]
    public void A_restarted_server_is_noticed_within_two_seconds_of_the_next_send(long delay)
    {
        _pair.ToServer = _pair.ToClient = new LinkConditions { Delay = delay };
        var (client, server) = _pair.Establish();
        for (var i = 0; i < 20; i++)
        {
            _pair.Echo(client, server);
        }

        _pair.Run(5 * Pair.Second);
        _pair.RestartServer();
        client.Send("anyone?");
        var sentAt = _pair.Now;
        _pair.RunUntil(() => client.End is not null, 2 * Pair.Second);

        Assert.Equal(SessionEndCause.UnknownToPeer, client.End!.Value.Cause);
        Assert.Equal(1, client.Failed);
        Assert.InRange(_pair.Now - sentAt, 500_000, 2 * Pair.Second);
    }

    [Fact]
    public void So_it_is_with_a_full_congestion_window()
    {
        _pair.ToServer = _pair.ToClient = new LinkConditions { Delay = 50_000 };
        var (client, server) = _pair.Establish();
        _pair.Echo(client, server);
        _pair.Run(Pair.Second);
        _pair.Filter = static (_, _) => false;
        for (var i = 0; i < 200; i++)
        {
            client.Send(new byte[1000]);
        }

        _pair.Run(300_000);
        _pair.RestartServer();
        _pair.Filter = null;
        _pair.RunUntil(() => client.End is not null, 2 * Pair.Second);

        Assert.Equal(SessionEndCause.UnknownToPeer, client.End!.Value.Cause);
        Assert.Equal(200, client.Failed);
    }

    [Fact]
    public void A_single_hint_is_checked_by_a_ping_and_forgotten()
    {
        var (client, server) = _pair.Establish();
        _pair.Run(Pair.Second);
        var pings = _pair.Trace.Count(static d => d.ToServer);
        _pair.InjectToClient(Hint(client.Session.Id));
        _pair.Run(3 * Pair.Second);

        Assert.InRange(_pair.Trace.Count(static d => d.ToServer) - pings, 1, 3);
        _pair.Echo(client, server);
    }

    private static byte[] Hint(uint id)
    {
        var hint = new byte[17];
        HandshakeFrames.WriteBare(hint, id, 0, Opcode.GoAway, 1);
        return hint;
    }

    private static byte[] Stray(uint id, byte opcode, int length)
    {
        var datagram = new byte[length];
        new FrameHeader(id, 0, opcode == 0 ? FrameFlags.Packet : FrameFlags.None, (Opcode)opcode, 1).Write(datagram);
        return datagram;
    }
}
