using UDPack.Protocol.Delivery;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Delivery;

/// <summary>A sender and a receiver with a network between them that does what it likes.</summary>
public sealed class PacketDeliveryTests
{
    private const int Largest = 1156;

    private readonly CountingBuffers _buffers = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 50)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Packets_come_out_once_and_in_order_and_credit_is_never_exceeded(int seed)
    {
        var random = new Random(seed);
        var window = random.Next(1, 20_000);
        var sender = new PacketSender(window);
        var receiver = new PacketReceiver(window, Largest);
        var sent = new List<int>();
        var received = new List<int>();
        var waiting = new Queue<int>();
        var inFlight = new List<(long Number, byte[] Content)>();
        for (var step = 0; step < 5000 || received.Count < sent.Count; step++)
        {
            Assert.True(step < 1_000_000, "It does not come to an end.");
            switch (random.Next(6))
            {
                case 0 when step < 5000:
                    sent.Add(random.Next(Largest + 1));
                    sender.Enqueue(_buffers.Rent(sent[^1]));
                    break;
                case 1 when sender.TryPeekNew(out var number, out var packet):
                    sender.TakeNew();
                    inFlight.Add((number, packet.Array));
                    break;
                case 2 when sender.TryPeekLost(out var number, out var packet):
                    sender.TakeLost();
                    inFlight.Add((number, packet.Array));
                    break;
                case 3 when inFlight.Count > 0:
                    var index = random.Next(inFlight.Count);
                    var (at, content) = inFlight[index];
                    inFlight.RemoveAt(index);
                    var fate = random.Next(4);
                    if (fate != 0)
                    {
                        Arrive(ref receiver, at, content);
                    }

                    if (fate < 2)
                    {
                        // Lost, or only its ack was.
                        sender.OnLost(at);
                    }
                    else
                    {
                        sender.OnAcknowledged(at)?.Release();
                        Assert.Null(sender.OnAcknowledged(at));
                    }

                    break;
                case 4 when waiting.TryDequeue(out var length):
                    receiver.OnConsumed(length);
                    break;
                case 5:
                    while (receiver.TryTake(out var taken))
                    {
                        received.Add(taken.Length);
                        waiting.Enqueue(taken.Length);
                        taken.Release();
                    }

                    if (sender.IsBlocked)
                    {
                        receiver.OnBlocked(sender.CreditNeeded);
                    }

                    if (receiver.OwesCredit)
                    {
                        sender.RaiseCredit(receiver.Advertise());
                    }

                    break;
            }

            Assert.True(sender.CreditUsed <= sender.CreditLimit);
        }

        Assert.Equal(sent, received);
        Drain(ref sender, ref receiver);
        Assert.Equal(0, _buffers.Outstanding);
    }

    [Fact]
    public void A_reader_that_takes_everything_lets_the_largest_packet_through_whatever_the_window()
    {
        var receiver = new PacketReceiver(0, Largest);
        Assert.True(receiver.OwesCredit);
        Assert.Equal(Cost.Of(Largest), receiver.Advertise());
        Assert.False(receiver.OwesCredit);
    }

    [Fact]
    public void A_small_rise_is_owed_only_when_the_peer_waits_for_it()
    {
        var receiver = new PacketReceiver(10_000, Largest);
        Arrive(ref receiver, 1, new byte[100]);
        Assert.True(receiver.TryTake(out var packet));
        packet.Release();
        receiver.OnConsumed(100);
        Assert.False(receiver.OwesCredit);
        receiver.OnBlocked(10_100);
        Assert.True(receiver.OwesCredit);
        Assert.Equal(10_164, receiver.Advertise());
        Assert.False(receiver.OwesCredit);
    }

    [Fact]
    public void Past_three_quarters_of_the_window_it_asks_the_sender_to_go_slow()
    {
        var receiver = new PacketReceiver(4 * 1064, Largest);
        for (var i = 1; i <= 3; i++)
        {
            Arrive(ref receiver, i, new byte[1000]);
        }

        Assert.False(receiver.PastHighWater);
        Arrive(ref receiver, 4, new byte[1]);
        Assert.True(receiver.PastHighWater);
        receiver.OnConsumed(1000);
        Assert.False(receiver.PastHighWater);
    }

    private void Arrive(ref PacketReceiver receiver, long number, byte[] content)
    {
        var result = receiver.Judge((uint)number, content.Length, out var expanded);
        Assert.NotEqual(ReceiveResult.CreditExceeded, result);
        if (result == ReceiveResult.Accepted)
        {
            Assert.Equal(number, expanded);
            receiver.Add(expanded, _buffers.Rent(content.Length));
            Assert.Equal(ReceiveResult.Duplicate, receiver.Judge((uint)number, content.Length, out _));
        }
    }

    private static void Drain(ref PacketSender sender, ref PacketReceiver receiver)
    {
        while (sender.TryDrain(out var packet) || receiver.TryDrain(out packet))
        {
            packet.Release();
        }

        Assert.True(sender.IsEmpty);
    }
}
