using UDPack.Protocol.Delivery;
using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

public sealed class CreditTests
{
    private const int Window = 20_000;

    private readonly Pair _pair = new(options: new ServerEndpointOptions { Parameters = new TransportParameters { InitialSessionCredit = Window } });

    [Fact]
    public void A_slow_reader_stalls_the_sender_which_goes_on_when_it_reads()
    {
        var (client, server) = _pair.Establish();
        server.Consumes = false;
        for (var i = 0; i < 100; i++)
        {
            client.Send(new byte[1000]);
        }

        _pair.Run(20 * Pair.Second);
        var stalled = server.Received.Count;
        Assert.Equal(Window / Cost.Of(1000), stalled);
        Assert.Null(client.End);

        server.ConsumeAll();
        _pair.RunUntil(() => server.Received.Count == 100, 10 * Pair.Second);
    }

    [Fact]
    public void A_stalled_sender_says_blocked_once_and_stays_silent()
    {
        var (client, server) = _pair.Establish();
        server.Consumes = false;
        for (var i = 0; i < 100; i++)
        {
            client.Send(new byte[1000]);
        }

        _pair.Run(Pair.Second);
        var sent = _pair.Trace.Count;
        _pair.Run(8 * Pair.Second);
        Assert.InRange(_pair.Trace.Count - sent, 0, 4);
    }

    [Fact]
    public void A_credit_rise_that_is_lost_comes_again()
    {
        var (client, server) = _pair.Establish();
        server.Consumes = false;
        for (var i = 0; i < 40; i++)
        {
            client.Send(new byte[1000]);
        }

        _pair.Run(5 * Pair.Second);
        var lose = 4;
        _pair.Filter = (toServer, _) => toServer || lose-- <= 0;
        server.ConsumeAll();

        // Well before the client's next keep-alive ping, whose ack would bring the credit too.
        _pair.RunUntil(() => server.Received.Count == 40, 2 * Pair.Second);
        Assert.True(lose <= 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(1219)]
    [InlineData(1220)]
    [InlineData(1250)]
    [InlineData(2439)]
    public void However_small_the_window_every_packet_comes_through(int window)
    {
        var parameters = new TransportParameters { InitialSessionCredit = window };
        var pair = new Pair(options: new ServerEndpointOptions { Parameters = parameters });
        var (client, server) = pair.Establish(parameters: parameters);
        server.Consumes = client.Consumes = false;
        for (var i = 0; i < 20; i++)
        {
            client.Send(new byte[i % 2 == 0 ? 10 : Session.LargestWholePacket]);
            server.Send(new byte[i % 3 == 0 ? 10 : Session.LargestWholePacket]);
        }

        for (var i = 0; i < 200 && (server.Received.Count < 20 || client.Received.Count < 20); i++)
        {
            pair.Run(Pair.Second / 2);
            server.ConsumeSome(1);
            client.ConsumeSome(1);
        }

        Assert.Equal(20, server.Received.Count);
        Assert.Equal(20, client.Received.Count);
        pair.EndAll();
    }
}
