using UDPack.Protocol.Collections;
using UDPack.Protocol.Delivery;
using UDPack.Protocol.Tests.Simulation;

namespace UDPack.Protocol.Tests.Delivery;

public class ValueTablesTests
{
    private static readonly TableHash Hash = new(new TestEntropy(1));

    [Fact]
    public void A_newer_value_takes_the_place_of_one_that_waits_and_keeps_its_turn()
    {
        var buffers = new CountingBuffers();
        var values = new OutgoingValues(Hash, new SessionMemory(new MemoryBudget(), now: 0));
        values.Put(Value(buffers, 1, 10));
        values.Put(Value(buffers, 2, 20));
        values.Put(Value(buffers, 1, 11));

        Assert.Equal(2, buffers.Outstanding);
        Assert.Equal([(1u, 11), (2u, 20)], WriteAll(values));
        Assert.Equal(2, values.Count);
        Assert.Equal(1, values.Replaced);
    }

    [Fact]
    public void Only_the_loss_of_the_newest_is_repeated_and_only_its_acknowledgement_ends_it()
    {
        var buffers = new CountingBuffers();
        var values = new OutgoingValues(Hash, new SessionMemory(new MemoryBudget(), now: 0));
        var first = Value(buffers, 1, 10);
        values.Put(first);
        var oldNumber = (uint)first.Number;
        WriteAll(values);
        var second = Value(buffers, 1, 11);
        values.Put(second);
        WriteAll(values);

        values.OnLost(1, oldNumber);
        Assert.False(values.TryPeek(out _));
        Assert.False(values.TryAcknowledge(1, oldNumber));
        values.OnLost(1, (uint)second.Number);
        values.OnLost(1, (uint)second.Number);
        Assert.Equal([(1u, 11)], WriteAll(values));

        // Late after all, while it waits to be repeated.
        values.OnLost(1, (uint)second.Number);
        Assert.True(values.TryAcknowledge(1, (uint)second.Number));
        Assert.False(values.TryAcknowledge(1, (uint)second.Number));
        Assert.False(values.TryPeek(out _));
        Assert.Equal((0, 0), (values.Count, buffers.Outstanding));
        values.OnLost(1, (uint)second.Number);
        values.Trim();
        values.Put(Value(buffers, 1, 12));
        Assert.Equal([(1u, 12)], WriteAll(values));
    }

    [Fact]
    public void A_probe_repeats_the_value_that_was_set_first_of_those_on_their_way()
    {
        var buffers = new CountingBuffers();
        var values = new OutgoingValues(Hash, new SessionMemory(new MemoryBudget(), now: 0));
        values.RepeatOldest();
        foreach (uint key in new uint[] { 5, 6, 7 })
        {
            values.Put(Value(buffers, key, (byte)key));
        }

        WriteAll(values);
        values.Put(Value(buffers, 5, 50));
        values.RepeatOldest();

        Assert.Equal([(5u, 50), (6u, 6)], WriteAll(values));
        values.Clear();
        Assert.Equal((0, 0), (values.Count, buffers.Outstanding));
    }

    [Fact]
    public void Order_is_that_of_the_datagrams_whatever_the_numbers()
    {
        var values = new IncomingValues(Hash);
        Accept(values, 1, number: uint.MaxValue, sequence: 10);
        Assert.Equal(ValueNews.Old, values.Judge(1, 0, 9));
        Assert.Equal(ValueNews.Old, values.Judge(1, 0, 10));
        Assert.Equal(ValueNews.Old, values.Judge(1, uint.MaxValue, 11));
        Accept(values, 1, number: 0, sequence: 11);
        Assert.Equal(ValueNews.New, values.Judge(2, 0, 3));
    }

    [Fact]
    public void What_is_forgotten_is_taken_in_a_later_datagram_only()
    {
        var values = new IncomingValues(Hash);
        Accept(values, 1, 1, 100);
        for (uint i = 2; i <= IncomingValues.RememberedAtRest; i++)
        {
            Accept(values, 1000 + i, 1, i);
        }

        values.Trim();
        Assert.Equal(IncomingValues.RememberedAtRest, values.Count);
        Accept(values, 5000, 1, 70);
        values.Trim();
        Assert.Equal(0, values.Count);
        Assert.Equal(ValueNews.Unclear, values.Judge(1, 2, 100));
        Assert.Equal(ValueNews.Unclear, values.Judge(2, 1, 50));
        Assert.Equal(ValueNews.New, values.Judge(1, 2, 101));
    }

    [Fact]
    public void Those_heard_of_last_are_remembered_and_no_more_than_twice_as_many_as_promised()
    {
        var values = new IncomingValues(Hash);
        for (uint i = 0; i < 10 * IncomingValues.Remembered; i++)
        {
            Accept(values, i, 1, i);
            Assert.InRange(values.Count, 1, 2 * IncomingValues.Remembered);

            // One that is heard of again and again.
            if (i % 100 == 99)
            {
                Accept(values, uint.MaxValue, i, i);
            }
        }

        Assert.Equal(ValueNews.Old, values.Judge(uint.MaxValue, 1, 200));
        for (uint i = 9 * IncomingValues.Remembered; i < 10 * IncomingValues.Remembered; i++)
        {
            Assert.Equal(ValueNews.Old, values.Judge(i, 2, i));
        }

        Assert.Equal(ValueNews.Unclear, values.Judge(5, 2, 5));
    }

    private static void Accept(IncomingValues values, uint key, uint number, ulong sequence)
    {
        Assert.Equal(ValueNews.New, values.Judge(key, number, sequence));
        values.Accept(key, number, sequence);
    }

    private static PacketBuffer Value(CountingBuffers buffers, uint key, byte content)
    {
        var buffer = buffers.Rent(1);
        buffer.Label = key;
        buffer.Span[0] = content;
        return buffer;
    }

    private static List<(uint Key, int Content)> WriteAll(OutgoingValues values)
    {
        var written = new List<(uint, int)>();
        while (values.TryPeek(out var value))
        {
            written.Add((value.Label, value.Span[0]));
            values.Take();
        }

        return written;
    }
}
