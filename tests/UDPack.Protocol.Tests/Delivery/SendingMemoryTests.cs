using UDPack.Protocol.Collections;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Delivery;

/// <summary>What messages and values count that were given to be sent: they come counted, and are given back once, however they leave.</summary>
public class SendingMemoryTests
{
    private const int Limit = 1 << 20;
    private const int Share = (int)MemoryBudget.AlwaysGranted;
    private const int OfThousand = 1_000 + PacketBuffer.Overhead;

    private readonly CountingBuffers _buffers = new();
    private readonly MemoryBudget _budget = new() { Limit = Limit };
    private readonly SessionMemory _memory;

    public SendingMemoryTests() => _memory = new SessionMemory(_budget, 0);

    [Fact]
    public void Messages_give_it_back_as_they_are_written_dropped_or_cleared()
    {
        var messages = new DatagramQueue(4 * 1_064, _memory);
        for (var i = 0; i < 6; i++)
        {
            messages.Enqueue(Given(1_000));
        }

        AssertCounts(4);
        messages.Take();
        AssertCounts(3);
        messages.DropOldest();
        AssertCounts(2);
        messages.Clear();
        AssertCounts(0);
        Assert.Equal(3, messages.Dropped);
    }

    [Fact]
    public void Of_messages_beyond_the_share_of_used_up_memory_the_oldest_are_dropped()
    {
        var messages = new DatagramQueue(64 << 10, _memory);
        for (var i = 0; i < 50; i++)
        {
            messages.Enqueue(Given(1_000));
        }

        Assert.Equal(0, messages.Dropped);
        _budget.AddSending(Limit);
        var newest = Given(1_000);
        messages.Enqueue(newest);
        Assert.Equal(51 - (Share / OfThousand), messages.Dropped);
        Assert.InRange(_memory.Sending, Share - OfThousand, Share);

        // The newest is kept whatever else there is.
        _memory.AddSending(Share);
        newest = Given(1_000);
        messages.Enqueue(newest);
        Assert.True(messages.TryPeek(out var kept));
        Assert.Same(newest, kept);
        Assert.Equal(1, _buffers.Outstanding);
    }

    [Fact]
    public void Values_give_it_back_as_they_are_replaced_acknowledged_or_cleared()
    {
        var values = new OutgoingValues(new TableHash(new TestEntropy(1)), _memory);
        for (uint key = 0; key < 4; key++)
        {
            values.Put(Given(1_000, key));
        }

        AssertCounts(4);
        values.Put(Given(1_000, 3));
        AssertCounts(4);
        while (values.TryPeek(out var value))
        {
            values.Take();
            AssertCounts(value.Label == 0 ? 4 : 3);
            values.TryAcknowledge(0, (uint)value.Number);
        }

        AssertCounts(3);
        values.Clear();
        AssertCounts(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_path_that_is_down_keeps_counts_at_the_endpoint_until_the_session_ends(bool values)
    {
        var pair = new Pair { KeepsTrace = false };
        var (_, server) = pair.Establish();
        pair.Run(Pair.Second);
        pair.ToClient = new LinkConditions { Blackhole = true };
        for (uint i = 0; i < 50; i++)
        {
            if (values)
            {
                server.SendLatest(i, new byte[1_000]);
            }
            else
            {
                server.SendMessage(new byte[1_000]);
            }
        }

        var waiting = values ? 50 : 50 - server.Session.Snapshot().MessagesSent;
        Assert.InRange(waiting, 10, 50);
        Assert.Equal(waiting * (pair.Buffers.CapacityOf(1_000) + PacketBuffer.Overhead), pair.Server.Memory.Held);

        server.Abort();
        Assert.Equal(0, pair.Server.Memory.Held);
        if (values)
        {
            server.SendLatest(1, new byte[1_000]);
        }
        else
        {
            server.SendMessage(new byte[1_000]);
        }

        Assert.Equal(0, pair.Server.Memory.Held);
        pair.EndAll();
    }

    private PacketBuffer Given(int length, uint label = 0)
    {
        var buffer = _buffers.Rent(length);
        buffer.Label = label;
        _memory.AddSending(buffer.Memory);
        return buffer;
    }

    private void AssertCounts(int ofThousand) => Assert.Equal(
        (ofThousand * OfThousand, ofThousand * OfThousand, ofThousand), (_memory.Sending, _budget.Held, _buffers.Outstanding));
}
