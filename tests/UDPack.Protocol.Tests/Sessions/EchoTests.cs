using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

public sealed class EchoTests
{
    [Fact]
    public void A_packet_sent_each_way_arrives()
    {
        var pair = new Pair();
        var (client, server) = pair.Establish();

        client.Send("ping");
        pair.RunUntil(() => server.Received.Count == 1, Pair.Second);
        server.Send("pong");
        pair.RunUntil(() => client.Received.Count == 1, Pair.Second);

        Assert.Equal(["ping"], server.Texts);
        Assert.Equal(["pong"], client.Texts);
        Assert.Equal("principal", server.Session.Verdict);
    }
}
