using UDPack.Buffers;
using UDPack.Measuring;
using UDPack.Protocol;
using UDPack.Sessions;
using UDPack.Tests.Network;

namespace UDPack.Tests.Sessions;

public class SendQueueTests
{
    private const int Room = 200;
    private readonly PooledPacketBuffers _pool = new();
    private readonly SendQueue _queue;

    public SendQueueTests() => _queue = new SendQueue(_pool, Room, new CountingOwner());

    [Fact]
    public void Takes_what_fits_and_gives_it_in_order()
    {
        Assert.Equal(SendResult.Accepted, _queue.TryAdd([1], null));
        Assert.Equal(SendResult.Accepted, _queue.TryAdd([2], null));
        Assert.Equal(SendResult.Accepted, _queue.TryAdd([3], null));
        Assert.Equal(SendResult.Full, _queue.TryAdd([4], null));
        Assert.Equal([1, 2, 3], Taken());
        Assert.Null(_queue.TakeAll());

        // Room is made by the acknowledgement, not by the taking.
        Assert.Equal(SendResult.Full, _queue.TryAdd([4], null));
        _queue.Release(1);
        Assert.Equal(SendResult.Accepted, _queue.TryAdd([4], null));
    }

    [Fact]
    public void A_packet_larger_than_all_room_passes_alone()
    {
        Assert.Equal(SendResult.Accepted, _queue.TryAdd(new byte[1000], null));
        Assert.Equal(SendResult.Full, _queue.TryAdd([1], null));
        Assert.False(_queue.Release(1000));
        Assert.Equal(SendResult.Accepted, _queue.TryAdd([1], null));
    }

    [Fact]
    public async Task Who_waits_is_let_in_first_come_first_served()
    {
        _queue.TryAdd(new byte[Room], null);
        Taken();
        Assert.Equal(SendResult.Full, _queue.AddOrWait(new byte[] { 1 }, null, default, out var first));
        Assert.Equal(SendResult.Full, _queue.AddOrWait(new byte[] { 2 }, null, default, out var second));
        Assert.Equal(SendResult.Full, _queue.TryAdd([3], null));

        Assert.True(_queue.Release(Room));

        await first.Soon();
        await second.Soon();
        Assert.Equal([1, 2], Taken());
        Assert.Equal(SendResult.Accepted, _queue.TryAdd([3], null));
    }

    [Fact]
    public async Task A_small_packet_does_not_pass_a_large_one_that_waits()
    {
        _queue.TryAdd(new byte[10], null);
        _queue.AddOrWait(new byte[150], null, default, out var large);
        _queue.AddOrWait(new byte[] { 1 }, null, default, out var small);

        Assert.False(small.IsCompleted);
        Assert.True(_queue.Release(10));

        await large.Soon();
        Assert.False(small.IsCompleted);
        Assert.True(_queue.Release(150));
        await small.Soon();
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_the_queue_as_if_it_had_never_been()
    {
        _queue.TryAdd(new byte[Room], null);
        Taken();
        using var cancel = new CancellationTokenSource();
        _queue.AddOrWait(new byte[] { 1 }, null, default, out var first);
        _queue.AddOrWait(new byte[] { 2 }, null, cancel.Token, out var second);
        _queue.AddOrWait(new byte[] { 3 }, null, default, out var third);

        await cancel.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Soon());
        Assert.Equal(cancel.Token, exception.CancellationToken);
        _queue.Release(Room);
        await first.Soon();
        await third.Soon();
        Assert.Equal([1, 3], Taken());
    }

    [Fact]
    public async Task A_cancelled_wait_lets_in_those_it_held_up_and_the_loop_hears_of_it()
    {
        var owner = new CountingOwner();
        var queue = new SendQueue(_pool, Room, owner);
        queue.TryAdd(new byte[10], null);
        using var cancel = new CancellationTokenSource();
        queue.AddOrWait(new byte[4 << 20], null, cancel.Token, out var large);
        queue.AddOrWait(new byte[] { 1 }, null, default, out var small);
        queue.AddOrWait(new byte[Room], null, default, out var medium);
        queue.AddOrWait(new byte[] { 2 }, null, default, out var last);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large.Soon());
        await small.Soon();
        Assert.False(medium.IsCompleted || last.IsCompleted);
        Assert.Equal(1, owner.Admissions);
    }

    [Fact]
    public async Task A_cancelled_wait_that_held_up_nobody_wakes_no_loop()
    {
        var owner = new CountingOwner();
        var queue = new SendQueue(_pool, Room, owner);
        queue.TryAdd(new byte[Room], null);
        using var cancel = new CancellationTokenSource();
        queue.AddOrWait(new byte[] { 1 }, null, default, out var first);
        queue.AddOrWait(new byte[] { 2 }, null, cancel.Token, out var second);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Soon());
        Assert.False(first.IsCompleted);
        Assert.Equal(0, owner.Admissions);
    }

    [Fact]
    public async Task The_end_reaches_everyone_who_waits_and_everyone_later()
    {
        _queue.TryAdd(new byte[Room], null);
        _queue.AddOrWait(new byte[] { 1 }, null, default, out var first);
        _queue.AddOrWait(new byte[] { 2 }, null, default, out var second);

        _queue.End(() => new IOException("over"));

        await Assert.ThrowsAsync<IOException>(() => first.Soon());
        await Assert.ThrowsAsync<IOException>(() => second.Soon());
        Assert.Equal(SendResult.Ended, _queue.TryAdd([3], null));
        Assert.Equal(SendResult.Ended, _queue.AddOrWait(new byte[] { 3 }, null, default, out _));
        Assert.False(_queue.Release(Room));
    }

    [Fact]
    public async Task A_task_awaited_twice_throws_and_disturbs_nobody()
    {
        _queue.TryAdd(new byte[Room], null);
        Taken();
        _queue.AddOrWait(new byte[] { 1 }, null, default, out var first);
        _queue.Release(Room);
        await first;
        _queue.Release(1);
        _queue.TryAdd(new byte[Room], null);
        Assert.Equal(SendResult.Full, _queue.AddOrWait(new byte[] { 2 }, null, default, out var second));

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await first);

        _queue.Release(Room);
        await second.Soon();
        Assert.Equal(2, Taken()[^1]);
    }

    [Fact]
    public async Task Room_follows_the_capacity_that_is_given_with_a_release()
    {
        _queue.TryAdd(new byte[Room], null);
        Taken();
        _queue.AddOrWait(new byte[100], null, default, out var first);
        _queue.AddOrWait(new byte[500], null, default, out var second);

        Assert.True(_queue.Release(Room, 2_000));

        await first.Soon();
        await second.Soon();
        Assert.Equal(SendResult.Accepted, _queue.TryAdd(new byte[1_000], null));
        Assert.Equal(SendResult.Full, _queue.TryAdd(new byte[1_000], null));
        _queue.Release(1_000, Room);
        Assert.Equal(SendResult.Full, _queue.TryAdd([1], null));
    }

    [Fact]
    public async Task A_buffer_can_be_sent_itself_and_stays_its_owners_until_then()
    {
        var first = _pool.Rent(150);
        var second = _pool.Rent(150);
        Assert.Equal(SendResult.Accepted, _queue.TryAdd(first));
        Assert.Equal(SendResult.Full, _queue.TryAdd(second));
        using var cancel = new CancellationTokenSource();
        Assert.Equal(SendResult.Full, _queue.AddOrWait(second, cancel.Token, out var cancelled));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Soon());
        Assert.NotSame(second, _pool.Rent(150));

        Assert.Equal(SendResult.Full, _queue.AddOrWait(second, default, out var waiting));
        Assert.Same(first, _queue.TakeAll());
        _queue.Release(150);
        await waiting.Soon();
        Assert.Same(second, _queue.TakeAll());

        Assert.True(_queue.Force(first));
        Assert.Same(first, _queue.TakeAll());
        _queue.End(() => new IOException("over"));
        Assert.False(_queue.Force(second));
        Assert.Equal(SendResult.Ended, _queue.TryAdd(second));
    }

    [Fact]
    public async Task Large_packets_are_copied_at_once_and_given_back_if_nobody_sends_them()
    {
        const int size = 100_000;
        var content = Enumerable.Repeat((byte)7, size).ToArray();
        Assert.Equal(SendResult.Accepted, _queue.TryAdd(content, null));
        Assert.Equal(SendResult.Full, _queue.TryAdd(content, null));
        using var cancel = new CancellationTokenSource();
        _queue.AddOrWait(content, null, cancel.Token, out var cancelled);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Soon());
        _queue.AddOrWait(content, null, default, out var waiting);
        content.AsSpan().Clear();

        _queue.Release(size);

        await waiting.Soon();
        Assert.Equal([7, 7], Taken());
        _queue.AddOrWait(content, null, default, out var late);
        _queue.End(() => new IOException("over"));
        await Assert.ThrowsAsync<IOException>(() => late.Soon());
        Assert.Equal(SendResult.Ended, _queue.AddOrWait(content, null, default, out _));
        Assert.Equal(SendResult.Ended, _queue.TryAdd(content, null));
    }

    [Fact]
    public async Task Many_senders_and_cancellations_leave_the_accounts_straight()
    {
        const int senders = 8;
        const int each = 2_000;
        var queue = new SendQueue(_pool, 1_000, new CountingOwner());
        var accepted = 0;
        var cancelled = 0;
        var senderTasks = Enumerable.Range(0, senders).Select(sender => Task.Run(async () =>
        {
            var packet = new byte[8];
            for (var i = 0; i < each; i++)
            {
                using var cancel = new CancellationTokenSource();
                BitConverter.TryWriteBytes(packet, sender);
                BitConverter.TryWriteBytes(packet.AsSpan(4), i);
                var result = queue.AddOrWait(packet, null, cancel.Token, out var waiting);
                try
                {
                    if (result == SendResult.Full)
                    {
                        if (i % 3 == 0)
                        {
                            await cancel.CancelAsync();
                        }

                        await waiting;
                    }

                    Interlocked.Increment(ref accepted);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref cancelled);
                }
            }
        })).ToArray();
        var sending = Task.WhenAll(senderTasks);
        var last = Enumerable.Repeat(-1, senders).ToArray();
        var taken = 0;
        while (true)
        {
            var done = sending.IsCompleted;
            for (var packet = queue.TakeAll(); packet is not null;)
            {
                var next = packet.Next;
                var sender = BitConverter.ToInt32(packet.Span);
                var number = BitConverter.ToInt32(packet.Span[4..]);
                Assert.True(number > last[sender], "each sender's packets keep their order");
                last[sender] = number;
                taken++;
                packet.Release();
                queue.Release(8);
                packet = next;
            }

            if (done)
            {
                break;
            }
        }

        await sending.Soon();
        Assert.Equal(accepted, taken);
        Assert.Equal(senders * each, accepted + cancelled);

        // Nothing is held any more: all the room is there.
        Assert.Equal(SendResult.Accepted, queue.TryAdd(new byte[1_000 - 64], null));
        Assert.Equal(SendResult.Full, queue.TryAdd([1], null));
    }

    [Fact]
    public void Waiting_again_and_again_allocates_nothing()
    {
        var packet = new byte[Room];
        _queue.TryAdd(packet, null);
        Exchange(100);
        Assert.Equal(0, Allocated.By(() => Exchange(1_000)));

        void Exchange(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Give();
                _queue.AddOrWait(packet, null, default, out var waiting);
                _queue.Release(Room);
#pragma warning disable xUnit1031 // It has ended.
                waiting.GetAwaiter().GetResult();
#pragma warning restore xUnit1031
            }
        }

        void Give()
        {
            for (var taken = _queue.TakeAll(); taken is not null;)
            {
                var next = taken.Next;
                taken.Release();
                taken = next;
            }
        }
    }

    private List<byte> Taken()
    {
        var taken = new List<byte>();
        for (var packet = _queue.TakeAll(); packet is not null; packet = packet.Next)
        {
            taken.Add(packet.Span[0]);
        }

        return taken;
    }

    private sealed class CountingOwner : ISendQueueOwner
    {
        public int Admissions { get; private set; }

        public void OnAdmitted() => Admissions++;
    }
}
