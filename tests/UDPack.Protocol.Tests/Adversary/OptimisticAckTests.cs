using UDPack.Protocol.Handshake;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Adversary;

/// <summary>A peer that acknowledges what it did not receive, to be sent more than the path takes (RFC 9000 §21.4).</summary>
public sealed class OptimisticAckTests
{
    private const int Packets = 4000;

    private readonly Pair _pair = new(options: new ServerEndpointOptions { Session = new SessionOptions { MaxUdpPayload = 1200 } });

    [Fact]
    public void An_ack_of_a_number_that_was_left_out_ends_the_session()
    {
        var (connecting, client, server) = Transfer();
        using var forger = new Forger(_pair, connecting, firstSequence: 100_000);
        var sent = server.Session.Ciphers.NextSequence;
        _pair.Inject(Pair.ClientAddress, forger.Seal(toServer: true, forger.Ack(0, sent - 1, 1 << 30)));

        Assert.Equal(SessionEndCause.ProtocolError, server.End!.Value.Cause);
        Assert.Contains("left out", server.End!.Value.Detail, StringComparison.Ordinal);
        Assert.Null(client.End);
    }

    [Fact]
    public void Honest_acks_of_everything_around_it_do_not()
    {
        var (_, client, server) = Transfer();
        _pair.Echo(client, server);

        // One number at least was left out among so many.
        Assert.True(server.Session.Ciphers.NextSequence > (ulong)server.Session.Snapshot().DatagramsSent);
    }

    [Fact]
    public void An_ack_of_an_older_number_that_was_left_out_ends_the_session_while_it_is_among_what_is_in_flight()
    {
        // So many are in flight that several are left out among them, and the peer takes care to stay below the newest.
        const ulong inFlight = 6000, newest = 2100;
        _pair.ToClient = new LinkConditions { Delay = Pair.Second };
        var (connecting, _, server) = _pair.EstablishOpenly(new TransportParameters { InitialSessionCredit = 1 << 30 });
        using var forger = new Forger(_pair, connecting, firstSequence: 100_000);
        for (var i = 0; i < 20_000; i++)
        {
            server.Send(new byte[1100]);
        }

        ulong Sent() => server.Session.Ciphers.NextSequence;
        _pair.RunUntil(() => server.Session.Snapshot().BytesInFlight > (long)inFlight * 1100, 60 * Pair.Second);
        _pair.Inject(Pair.ClientAddress, forger.Seal(toServer: true, forger.Ack(Sent() - inFlight + 500, Sent() - newest, 1 << 30)));

        Assert.Contains("left out", server.End!.Value.Detail, StringComparison.Ordinal);
    }

    private (Connecting Connecting, AppSide Client, AppSide Server) Transfer()
    {
        var established = _pair.EstablishOpenly();
        for (var i = 0; i < Packets; i++)
        {
            established.Server.Send(new byte[1100]);
        }

        _pair.RunUntil(() => established.Client.Received.Count == Packets, 60 * Pair.Second);
        _pair.Run(Pair.Second);
        return established;
    }
}
