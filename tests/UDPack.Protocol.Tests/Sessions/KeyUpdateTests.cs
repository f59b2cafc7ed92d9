using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

public sealed class KeyUpdateTests
{
    private const int Packets = 4000;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.2, 0)]
    [InlineData(0.1, 30_000)]
    public void Keys_change_many_times_under_load_and_nothing_is_lost(double loss, long jitter)
    {
        // More than the credit lets be in flight, or the limit without an acknowledgement would come first.
        var often = new SessionOptions { KeyUpdateAfter = 1000, MaxUdpPayload = 1200 };
        var pair = new Pair(3, new ServerEndpointOptions { Session = often });
        var (client, server) = pair.Establish(session: often);
        pair.ToServer = pair.ToClient = new LinkConditions { Loss = loss, Jitter = jitter };
        for (var i = 0; i < Packets; i++)
        {
            client.Send(BitConverter.GetBytes(i).Concat(new byte[1000]).ToArray());
            server.Send(BitConverter.GetBytes(~i).Concat(new byte[1000]).ToArray());
        }

        pair.RunUntil(() => server.Received.Count == Packets && client.Received.Count == Packets, 600 * Pair.Second);
        Assert.Equal(Enumerable.Range(0, Packets), server.Received.Select(static c => BitConverter.ToInt32(c)));
        Assert.Equal(Enumerable.Range(0, Packets), client.Received.Select(static c => ~BitConverter.ToInt32(c)));
        Assert.InRange(client.Session.Ciphers.Generation, 2u, 20u);
        Assert.InRange(server.Session.Ciphers.Generation, 2u, 20u);
        pair.EndAll();
    }

    [Fact]
    public void An_outage_in_which_a_generation_runs_out_ends_no_session_whatever_there_is_to_send()
    {
        var few = new SessionOptions { KeyUpdateAfter = 60, MaxUdpPayload = 1200, Congestion = CongestionAlgorithm.Bbr };
        var pair = new Pair(3, new ServerEndpointOptions { Session = few });
        var (client, server) = pair.Establish(session: few);
        for (var i = 0; i < 1000; i++)
        {
            client.Send(new byte[1000]);
        }

        pair.RunUntil(() => client.Session.CongestionWindow > 4 * 60 * 1200, 60 * Pair.Second);
        pair.Filter = static (_, _) => false;
        pair.Run(27 * Pair.Second);
        pair.Filter = null;
        pair.RunUntil(() => server.Received.Count == 1000, 60 * Pair.Second);
        Assert.True(client.Session.Ciphers.Generation > 3);
        pair.EndAll();
    }

    [Fact]
    public void Acks_of_a_fast_sender_use_up_no_generation_before_its_first_answer()
    {
        // Every datagram is out of order, so that each is acknowledged at once: some 300 in a round trip.
        var conditions = new LinkConditions { Delay = 150_000, Jitter = 50_000, Mtu = 1200 };
        var pair = new Pair(3, new ServerEndpointOptions { Session = new SessionOptions { KeyUpdateAfter = 60 } }) { ToServer = conditions, ToClient = conditions };
        var (client, server) = pair.Establish();
        for (var i = 0; i < 5000; i++)
        {
            client.Send(new byte[1000]);
        }

        pair.RunUntil(() => server.Received.Count == 5000, 300 * Pair.Second);
        Assert.True(server.Session.Ciphers.Generation > 0);
        pair.EndAll();
    }

    [Fact]
    public void A_generation_used_twice_as_long_without_any_acknowledgement_ends_the_session()
    {
        var parameters = new TransportParameters { IdleTimeoutMs = 0 };
        var pair = new Pair(options: new ServerEndpointOptions { Parameters = parameters });
        var (client, _) = pair.Establish(parameters: parameters, session: new SessionOptions { KeyUpdateAfter = 20, MaxUdpPayload = 1200, KeepAliveMicros = 1_000_000 });
        client.Send("moves to the next generation once it is acknowledged");
        pair.Run(40 * Pair.Second);
        Assert.True(client.Session.Ciphers.Generation > 0);
        pair.Filter = static (_, _) => false;
        pair.RunUntil(() => client.End is not null, 3600 * Pair.Second);

        Assert.Equal(SessionEndCause.KeysExhausted, client.End!.Value.Cause);
        Assert.InRange(client.Session.Ciphers.SealedInGeneration, 40ul, 44ul);
        pair.EndAll();
    }
}
