using UDPack.Buffers;
using UDPack.Protocol.Delivery;
using UDPack.Sessions;
using UDPack.Tests.Network;

namespace UDPack.Tests.Sessions;

/// <summary>What a session may hold to be sent while its endpoint's memory is used up.</summary>
public class SendMemoryTests
{
    private const int Limit = 1 << 20;
    private const int Share = (int)MemoryBudget.AlwaysGranted;

    private readonly PooledPacketBuffers _pool = new();
    private readonly MemoryBudget _budget = new() { Limit = Limit };
    private readonly SessionMemory _other;
    private readonly SessionMemory _memory;
    private readonly CountingOwner _owner = new();
    private readonly SendQueue _queue;

    public SendMemoryTests()
    {
        _other = new SessionMemory(_budget, 0);
        _memory = new SessionMemory(_budget, 0);
        _queue = new SendQueue(_pool, 64 << 20, _owner, _memory);
    }

    [Fact]
    public void What_is_accepted_counts_as_it_is_until_it_is_done_with()
    {
        _queue.TryAdd(new byte[33], null);
        Assert.Equal(64 + 96, _memory.Sending);
        Assert.Equal(64 + 96, _budget.Held);

        SendCompletion.Finish(_queue.TakeAll()!, PacketFate.Acknowledged, _queue, 64 << 20);
        Assert.Equal((0, 0), (_memory.Sending, _budget.Held));
    }

    [Fact]
    public async Task Beyond_its_share_it_waits_until_others_gave_memory_back()
    {
        _other.AddWaiting(Limit);
        Assert.Equal(SendResult.Accepted, _queue.TryAdd(new byte[Share / 2], null));
        Assert.Equal(SendResult.Full, _queue.TryAdd(new byte[Share], null));
        Assert.Equal(SendResult.Full, _queue.AddOrWait(new byte[Share], null, default, out var large));
        Assert.Equal(SendResult.Full, _queue.AddOrWait(new byte[1], null, default, out var small));
        Assert.Equal(1, _owner.Admissions);
        Assert.True(_budget.IsOnlyWanter(_memory));
        _budget.Wake();
        Assert.False(large.IsCompleted || small.IsCompleted);

        _other.AddWaiting(-Limit / 2);
        _budget.Wake();
        await large.Soon();
        await small.Soon();
        Assert.Equal(2, _owner.Admissions);
        Assert.False(_budget.IsWanted);
    }

    [Fact]
    public async Task Its_own_acknowledgements_let_it_go_on_too()
    {
        _other.AddWaiting(Limit);
        Assert.Equal(SendResult.Accepted, _queue.TryAdd(new byte[Share / 2], null));
        Assert.Equal(SendResult.Full, _queue.AddOrWait(new byte[Share / 2], null, default, out var next));
        Assert.True(SendCompletion.Finish(_queue.TakeAll()!, PacketFate.Acknowledged, _queue, 64 << 20));
        await next.Soon();
    }

    [Fact]
    public async Task One_session_at_a_time_may_send_a_packet_larger_than_its_share()
    {
        _other.AddWaiting(Limit);
        var second = new SendQueue(_pool, 64 << 20, _owner, new SessionMemory(_budget, 0));
        Assert.Equal(SendResult.Accepted, _queue.TryAdd(new byte[200_000], null));
        Assert.Equal(SendResult.Full, second.AddOrWait(new byte[200_000], null, default, out var waiting));
        _budget.Wake();
        Assert.False(waiting.IsCompleted);

        SendCompletion.Finish(_queue.TakeAll()!, PacketFate.Acknowledged, _queue, 64 << 20);
        _budget.Wake();
        await waiting.Soon();
        Assert.Equal(SendResult.Full, _queue.TryAdd(new byte[200_000], null));
        second.End(static () => new InvalidOperationException());
    }

    [Fact]
    public async Task A_copy_that_waits_counts_and_none_is_made_where_there_is_no_memory()
    {
        var full = new SendQueue(_pool, 1_000, _owner, _memory);
        full.TryAdd(new byte[900], null);
        var before = _budget.Held;
        full.AddOrWait(new byte[100_000], null, default, out var copied);
        Assert.Equal(before + 131_072 + 96, _budget.Held);
        full.End(static () => new InvalidOperationException());
        await Assert.ThrowsAsync<InvalidOperationException>(() => copied.Soon());
        Assert.Equal(before, _budget.Held);

        _other.AddWaiting(Limit);
        _queue.TryAdd(new byte[1], null);
        before = _budget.Held;
        _queue.AddOrWait(new byte[100_000], null, default, out var waiting);
        Assert.Equal(before, _budget.Held);
        _other.AddWaiting(-Limit);
        _budget.Wake();
        await waiting.Soon();
        Assert.Equal(before - Limit + 131_072 + 96, _budget.Held);
    }

    private sealed class CountingOwner : ISendQueueOwner
    {
        public int Admissions { get; private set; }

        public void OnAdmitted() => Admissions++;
    }
}
