using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class StreamModeTests
{
    private static readonly UdpackStreamOptions Unordered = new() { Delivery = DeliveryMode.Unordered };

    [Fact]
    public async Task Unordered_packets_all_arrive_once_over_a_rough_path_and_tell_their_places()
    {
        const int count = 500;
        await using var listener = Net.Listen();
        await using var relay = new Relay(listener.LocalEndPoint, Relay.Rough(5));
        await using var client = new UdpackClient(Net.ClientOptions(relay.EndPoint));
        await using var session = await client.ConnectAsync().Soon();
        await using var accepted = await listener.AcceptSessionAsync().Soon();
        var stream = await session.OpenStreamAsync(Unordered).Soon();
        var sending = Task.Run(async () =>
        {
            for (var i = 1; i <= count; i++)
            {
                await stream.SendAsync(BitConverter.GetBytes(i).Concat(new byte[700]).ToArray());
            }

            stream.CompleteWrites();
        });

        var onServer = await accepted.AcceptStreamAsync().Soon();
        Assert.Equal(DeliveryMode.Unordered, onServer.Mode);
        var seen = new HashSet<int>();
        await foreach (var packet in onServer.ReadAllAsync())
        {
            using (packet)
            {
                Assert.Equal(packet.Number, BitConverter.ToInt32(packet.Span));
                Assert.True(seen.Add(BitConverter.ToInt32(packet.Span)), "each packet comes once");
            }
        }

        await sending.Soon();
        Assert.Equal(count, seen.Count);
    }

    [Fact]
    public async Task Packets_past_their_deadline_are_given_up_and_both_sides_are_told_which()
    {
        await using var listener = Net.Listen();
        await using var relay = new Relay(listener.LocalEndPoint);
        await using var client = new UdpackClient(Net.ClientOptions(relay.EndPoint));
        await using var session = await client.ConnectAsync().Soon();
        await using var accepted = await listener.AcceptSessionAsync().Soon();
        var stream = await session.OpenStreamAsync(new UdpackStreamOptions { Delivery = DeliveryMode.Deadline, Deadline = TimeSpan.FromMilliseconds(200) }).Soon();
        await stream.SendAndConfirmAsync("first"u8.ToArray()).Soon();
        var onServer = await accepted.AcceptStreamAsync().Soon();
        Assert.Equal(DeliveryMode.Deadline, onServer.Mode);
        Assert.Equal("first", await onServer.ReceiveTextAsync());

        relay.IsBlackHole = true;
        var lost = Enumerable.Range(0, 3).Select(_ => stream.SendAndConfirmAsync("lost"u8.ToArray()).AsTask()).ToArray();
        foreach (var send in lost)
        {
            await Net.FailsWith(UdpackError.PacketExpired, send);
        }

        relay.IsBlackHole = false;
        while (true)
        {
            // The path needs a moment to come back, and these have a deadline as well.
            try
            {
                await stream.SendAndConfirmAsync("back"u8.ToArray()).Soon();
                break;
            }
            catch (UdpackException exception) when (exception.Error == UdpackError.PacketExpired)
            {
                // Again.
            }
        }

        stream.CompleteWrites();
        long number = 2;
        await foreach (var packet in onServer.ReadAllAsync())
        {
            using (packet)
            {
                Assert.Equal(number, packet.Number);
                Assert.Equal(packet.IsSkipped ? 0 : 4, packet.Length);
                Assert.True(number is > 4 || packet.IsSkipped, "the first three after it were lost");
                Assert.Equal(packet.Length, packet.Memory.Length);
                number++;
            }
        }

        Assert.True(number > 5, "a packet came through in the end");
        await stream.WritesClosed.Soon();
    }

    [Theory]
    [InlineData(DeliveryMode.Unordered)]
    [InlineData(DeliveryMode.Deadline)]
    public async Task Packets_without_order_or_with_gaps_are_no_bytes(DeliveryMode mode)
    {
        await using var pair = await StreamPair.OpenAsync(
            new UdpackStreamOptions { Delivery = mode, Deadline = mode == DeliveryMode.Deadline ? TimeSpan.FromSeconds(1) : null });

        Assert.Throws<InvalidOperationException>(pair.OnClient.AsStream);
        Assert.Throws<InvalidOperationException>(pair.OnServer.AsPipe);
    }
}
