using UDPack.Buffers;
using UDPack.Protocol;
using UDPack.Protocol.Collections;
using UDPack.Protocol.Delivery;
using UDPack.Sessions;
using UDPack.Tests.Network;

namespace UDPack.Tests.Sessions;

/// <summary>What messages and values count that wait to be sent, from when the application gave them, and what is accepted of them while memory is used up.</summary>
public class OutboxMemoryTests
{
    private const int Limit = 1 << 20;
    private const int Share = (int)MemoryBudget.AlwaysGranted;

    /// <summary>What a buffer for 1,000 bytes takes.</summary>
    private const int OfThousand = 1_024 + PacketBuffer.Overhead;

    private readonly PooledPacketBuffers _pool = new();
    private readonly MemoryBudget _budget = new() { Limit = Limit };
    private readonly SessionMemory _memory;
    private readonly MessageOutbox _messages;
    private readonly LatestOutbox _values;

    public OutboxMemoryTests()
    {
        _memory = new SessionMemory(_budget, 0);
        _messages = new MessageOutbox(64 << 10, _memory);
        _values = new LatestOutbox(new TableHash(new SystemEntropy()), _memory);
    }

    [Fact]
    public void Messages_count_as_they_are_held_and_go_on_counting_when_the_loop_has_them()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.True(_messages.TryAdd(Buffer(1_000)));
        }

        Assert.NotNull(_messages.TryTake());
        AssertCounts(3 * OfThousand);
        _messages.End();
        AssertCounts(OfThousand);
        Assert.False(_messages.TryAdd(Buffer(1_000)));
        AssertCounts(OfThousand);
    }

    [Fact]
    public void Messages_that_are_dropped_for_want_of_room_count_no_more()
    {
        var few = new MessageOutbox(5_000, _memory);
        for (var i = 0; i < 100; i++)
        {
            few.TryAdd(Buffer(1_000));
        }

        Assert.Equal(96, few.Dropped);
        AssertCounts(4 * OfThousand);
    }

    [Fact]
    public void A_message_takes_at_most_twice_what_it_counts_in_a_queue()
    {
        for (var length = 0; length <= ushort.MaxValue; length++)
        {
            var taken = _pool.CapacityOf(length) + PacketBuffer.Overhead;
            Assert.True(taken <= 2 * Cost.InQueue(length), $"{length} bytes take {taken}.");
        }
    }

    [Fact]
    public void Of_messages_beyond_the_share_of_used_up_memory_the_oldest_are_dropped()
    {
        _budget.AddSending(Limit);
        for (uint i = 0; i < 50; i++)
        {
            _messages.TryAdd(Buffer(1_000, label: 1));
        }

        const int kept = Share / OfThousand;
        Assert.Equal(50 - kept, _messages.Dropped);
        Assert.Equal(kept * OfThousand, _memory.Sending);
        Assert.Equal(50 - kept + 1, _messages.TryTake()!.Number);

        // The newest is kept whatever else there is.
        _memory.AddSending(Share);
        _messages.TryAdd(Buffer(1_000, label: 1));
        Assert.Equal(51, _messages.TryTake()!.Number);
        Assert.Null(_messages.TryTake());
    }

    [Fact]
    public void Values_count_as_they_are_held_and_go_on_counting_when_the_loop_has_them()
    {
        Assert.Equal(SendResult.Accepted, _values.TryAdd(Buffer(1_000, label: 1)));
        Assert.Equal(SendResult.Accepted, _values.TryAdd(Buffer(1_000, label: 2)));
        AssertCounts(2 * OfThousand);
        Assert.Equal(SendResult.Accepted, _values.TryAdd(Buffer(10, label: 2)));
        AssertCounts(OfThousand + 32 + PacketBuffer.Overhead);
        Assert.Equal(1u, _values.TryTake()!.Label);
        AssertCounts(OfThousand + 32 + PacketBuffer.Overhead);

        _values.End();
        AssertCounts(OfThousand);
        Assert.Equal(SendResult.Ended, _values.TryAdd(Buffer(1_000, label: 2)));
        AssertCounts(OfThousand);
    }

    [Fact]
    public void Of_used_up_memory_values_get_their_session_s_share()
    {
        Assert.Equal(SendResult.Accepted, _values.TryAdd(Buffer(100, label: 500)));
        _values.TryTake();
        _budget.AddSending(Limit);
        var result = SendResult.Accepted;
        for (var key = 0u; result == SendResult.Accepted; key++)
        {
            result = _values.TryAdd(Buffer(1_000, label: key));
        }

        Assert.Equal(SendResult.NoMemory, result);
        Assert.InRange(_memory.Sending, Share - OfThousand, Share);
        Assert.True(_budget.IsOnlyWanter(_memory));

        // In the place of one that waits, and of one that the loop has; a larger one needs what it is larger.
        Assert.Equal(SendResult.Accepted, _values.TryAdd(Buffer(1_024, label: 0)));
        Assert.Equal(SendResult.NoMemory, _values.TryAdd(Buffer(1_100, label: 0)));
        Assert.Equal(SendResult.Accepted, _values.TryAdd(Buffer(128, label: 500)));
        Assert.Equal(SendResult.NoMemory, _values.TryAdd(Buffer(1_000, label: 500)));

        _budget.AddSending(-Limit);
        Assert.Equal(SendResult.Accepted, _values.TryAdd(Buffer(1_100, label: 0)));
        Assert.Equal(SendResult.Accepted, _values.TryAdd(Buffer(1_000, label: 1_000)));
    }

    [Fact]
    public async Task While_memory_is_used_up_a_new_key_needs_room_and_what_replaces_a_value_does_not()
    {
        await using var pair = await Pair.ConnectAsync(static options => options.MaxBufferedBytes = Limit);
        var (session, memory) = (pair.OnServer, pair.OnServer.Memory);
        using var held = new ManualResetEventSlim();
        session.Loop.Post(_ => held.Wait(Patience.Limit));
        memory.Budget.AddSending(Limit);
        var keys = 0u;
        while (session.TrySendLatest(keys, new byte[1_000]))
        {
            keys++;
        }

        Assert.InRange(memory.Sending, Share - 2_000, Share);
        Assert.Equal(UdpackError.MemoryUsedUp, Assert.Throws<UdpackException>(() => session.SendLatest(keys, new byte[1_000])).Error);
        session.SendLatest(0, "new"u8);
        memory.Budget.AddSending(-Limit);
        session.SendLatest(keys, "last"u8);
        held.Set();

        for (var key = 0u; key <= keys; key++)
        {
            using var value = await pair.OnClient.ReceiveLatestAsync().Soon();
            Assert.Equal(value.Key == 0 ? 3 : value.Key == keys ? 4 : 1_000, value.Length);
        }

        await session.Loop.TurnsUntil(() => memory.Budget.Held == 0);
    }

    [Fact]
    public async Task What_waits_for_the_loop_and_what_it_holds_for_a_path_counts_until_it_is_sent()
    {
        await using var pair = await Pair.ConnectAsync();
        var (session, memory) = (pair.OnServer, pair.OnServer.Memory);
        using var held = new ManualResetEventSlim();
        session.Loop.Post(_ => held.Wait(Patience.Limit));
        for (var i = 0; i < 20; i++)
        {
            session.SendDatagram(new byte[1_000]);
            session.SendLatest(1, new byte[1_000]);
        }

        Assert.Equal(21 * OfThousand, memory.Budget.Held);
        held.Set();
        await session.Loop.TurnsUntil(() => memory.Budget.Held == 0);
    }

    [Fact]
    public async Task What_waits_for_the_loop_at_the_end_counts_no_more()
    {
        await using var pair = await Pair.ConnectAsync();
        var (session, memory) = (pair.OnServer, pair.OnServer.Memory);
        using var held = new ManualResetEventSlim();
        session.Loop.Post(_ => held.Wait(Patience.Limit));
        session.SendDatagram(new byte[1_000]);
        session.SendLatest(1, new byte[1_000]);
        Assert.Equal(2 * OfThousand, memory.Budget.Held);
        session.Abort();
        held.Set();

        await session.Loop.TurnsUntil(() => session.CloseReason is not null && memory.Budget.Held == 0);
        Assert.False(session.TrySendDatagram(new byte[1_000]) || session.TrySendLatest(2, new byte[1_000]));
        Assert.Equal(0, memory.Budget.Held);
    }

    private PacketBuffer Buffer(int length, uint label = 0)
    {
        var buffer = _pool.Rent(length);
        buffer.Label = label;
        return buffer;
    }

    private void AssertCounts(long memory) => Assert.Equal((memory, memory), (_memory.Sending, _budget.Held));
}
