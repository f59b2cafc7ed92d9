using UDPack.Protocol.Delivery;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

/// <summary>Streams of one session share its path.</summary>
public sealed class FairnessTests
{
    private readonly Pair _pair = new()
    {
        ToServer = new LinkConditions { Delay = 20_000, BitsPerSecond = 10_000_000, QueueDelay = 50_000 },
        ToClient = new LinkConditions { Delay = 20_000 },
    };

    [Fact]
    public void A_bulk_stream_does_not_starve_a_small_one_of_the_same_priority()
    {
        var (client, server) = _pair.Establish();
        var bulk = client.Open();
        var small = client.Open();
        FillPath(bulk, server);

        for (var i = 1; i <= 20; i++)
        {
            var sentAt = _pair.Now;
            small.Send($"{i}");
            _pair.RunUntil(() => server.Streams[1].Received.Count == i, Pair.Second);

            // The way there, a full queue, a turn or two, and perhaps a loss by that queue.
            Assert.InRange(_pair.Now - sentAt, 20_000, 150_000);
        }

        Assert.True(bulk.Stream.Sender.HasUnsent, "The bulk transfer must last as long as the test.");
    }

    [Fact]
    public void Streams_of_one_priority_get_the_same_and_a_higher_one_goes_first()
    {
        var (client, server) = _pair.Establish();
        var low = client.Open(new StreamSettings(DeliveryMode.Ordered, Priority: 2));
        var one = client.Open();
        var other = client.Open();
        var high = client.Open(new StreamSettings(DeliveryMode.Ordered, Priority: 7));
        foreach (var stream in new[] { low, one, other, high })
        {
            for (var i = 0; i < 200; i++)
            {
                stream.Send(new byte[1000]);
            }
        }

        _pair.RunUntil(() => server.Streams.Count == 4 && server.Streams[3].Received.Count == 200, 10 * Pair.Second);
        Assert.InRange(server.Streams[1].Received.Count + server.Streams[2].Received.Count, 0, 100);

        _pair.RunUntil(() => server.Streams[1].Received.Count >= 150, 10 * Pair.Second);

        // By what was sent: what arrives in order may wait for a lost datagram, on one of them alone.
        Assert.InRange(other.Stream.Sender.NextNumber, one.Stream.Sender.NextNumber - 10, one.Stream.Sender.NextNumber + 10);
        Assert.InRange(server.Streams[0].Received.Count, 0, 100);
        _pair.RunUntil(() => server.Streams.All(static s => s.Received.Count == 200), 10 * Pair.Second);
    }

    [Fact]
    public void Neither_messages_nor_packets_starve_the_others()
    {
        var (client, server) = _pair.Establish();
        var bulk = client.Open();
        FillPath(bulk, server);
        var (packets, messages) = (server.Streams[0].Received.Count, server.Messages.Count);
        for (var i = 0; i < 1000; i++)
        {
            client.SendMessage(new byte[1000]);
            client.SendMessage(new byte[1000]);
            _pair.Run(1_000);
        }

        Assert.InRange(server.Messages.Count - messages, 300, 900);
        Assert.InRange(server.Streams[0].Received.Count - packets, 300, 900);
    }

    private void FillPath(StreamSide bulk, AppSide server)
    {
        for (var i = 0; i < 5000; i++)
        {
            bulk.Send(new byte[1000]);
        }

        _pair.RunUntil(() => server.Streams.Count > 0 && server.Streams[0].Received.Count > 200, 10 * Pair.Second);
    }
}
