using UDPack.Protocol.Delivery;
using UDPack.Protocol.Sessions;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Sessions;

/// <summary>Unreliable messages in sequence: late ones are dropped, and gaps can be seen.</summary>
public sealed class SequencedMessageTests
{
    [Fact]
    public void Late_ones_are_dropped_and_counted_and_the_numbers_show_what_is_missing()
    {
        const int sent = 2_000;
        var pair = new Pair(7) { KeepsTrace = false };
        var (client, server) = pair.Establish();
        pair.ToServer = new LinkConditions { Delay = 10_000, Jitter = 30_000, Loss = 0.1 };
        var arrived = 0;
        for (var number = 1; number <= sent; number++)
        {
            client.SendSequenced(1, number, BitConverter.GetBytes(number));
            client.SendSequenced(255, number, BitConverter.GetBytes(number));
            pair.Run(10_000);
        }

        pair.Run(Pair.Second);
        foreach (var lane in new uint[] { 1, 255 })
        {
            var numbers = server.Sequenced.Where(m => m.Lane == lane).Select(static m => m.Number).ToArray();
            Assert.Equal(numbers.Order().Distinct(), numbers);
            Assert.InRange(numbers.Length, sent / 4, sent * 9 / 10);
            arrived += numbers.Length;
        }

        Assert.Equal(server.Sequenced.Select(static m => (int)m.Number), server.Messages.Select(static m => BitConverter.ToInt32(m)));
        var late = server.Session.Snapshot().MessagesLate;
        Assert.InRange(arrived + late, 2 * sent * 85 / 100, 2 * sent * 95 / 100);
        Assert.True(late > 100);
        pair.EndAll();
    }

    [Fact]
    public void A_lane_goes_on_beyond_what_32_bits_count()
    {
        var pair = new Pair();
        var (client, server) = pair.Establish();
        long[] numbers = [1, 0x7FFF_FFFF, 0xFFFF_FFFE, 0xFFFF_FFFF, 0x1_0000_0000, 0x1_0000_0001, 0x1_7000_0000];
        foreach (var number in numbers)
        {
            client.SendSequenced(3, number, []);
            pair.Run(100_000);
        }

        Assert.Equal(numbers, server.Sequenced.Select(static m => m.Number));
    }

    [Fact]
    public void Beside_it_messages_without_a_lane_come_as_they_arrive()
    {
        var pair = new Pair();
        var (client, server) = pair.Establish();
        client.SendSequenced(1, 2, [2]);
        client.SendMessage([0]);
        client.SendSequenced(1, 1, [1]);
        client.SendMessage([9]);
        pair.Run(Pair.Second);

        Assert.Equal([[2], [0], [9]], server.Messages);
        Assert.Equal(1, server.Session.Snapshot().MessagesLate);
    }

    [Fact]
    public void The_largest_passes_and_one_that_the_path_has_become_too_narrow_for_is_dropped()
    {
        var pair = new Pair();
        var (client, server) = pair.Establish();
        var largest = client.Session.MaxSequencedBytes;
        Assert.Equal(Session.DatagramSize - 48, largest);
        client.SendSequenced(1, 1, new byte[largest + 1]);
        client.SendSequenced(1, 2, new byte[largest]);
        pair.Run(Pair.Second);

        Assert.Equal([(1u, 2L)], server.Sequenced);
        pair.EndAll();
    }
}
