using UDPack.Buffers;
using UDPack.Measuring;
using UDPack.Protocol;
using UDPack.Protocol.Delivery;
using UDPack.Sessions;
using UDPack.Tests.Network;

namespace UDPack.Tests.Sessions;

public class PacketQueueTests
{
    private readonly PooledPacketBuffers _pool = new();
    private readonly PacketQueue _queue = new();

    [Fact]
    public async Task Packets_come_out_in_order_whether_they_waited_or_the_reader_did()
    {
        Assert.Equal(AddResult.Kept, _queue.Add(Packet(1)));
        Assert.Equal(AddResult.Kept, _queue.Add(Packet(2)));
        Assert.Equal(1, await TakeAsync());
        Assert.Equal(2, await TakeAsync());

        var waiting = TakeAsync();
        Assert.Equal(AddResult.Taken, _queue.Add(Packet(3)));
        Assert.Equal(3, await waiting.Soon());
    }

    [Fact]
    public async Task A_second_reader_is_refused_until_the_first_took_its_packet()
    {
        var first = _queue.TakeAsync(default, out _);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _queue.TakeAsync(default, out _).AsTask());
        _queue.Add(Packet(1));

        // It is there but not taken: another wait now would lose it.
        await Assert.ThrowsAsync<InvalidOperationException>(() => _queue.TakeAsync(default, out _).AsTask());

        using var packet = await first;
        Assert.Equal(1, packet.Span[0]);
        _queue.Add(Packet(2));
        Assert.Equal(2, await TakeAsync());
    }

    [Fact]
    public async Task A_task_awaited_twice_throws_and_takes_nothing_from_the_next()
    {
        var first = _queue.TakeAsync(default, out _);
        _queue.Add(Packet(1));
        (await first).Dispose();
        var second = TakeAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => (await first).Dispose());

        _queue.Add(Packet(2));
        Assert.Equal(2, await second.Soon());
    }

    [Fact]
    public async Task The_end_comes_after_what_is_left_and_reaches_a_waiting_reader()
    {
        _queue.Add(Packet(1));
        _queue.End(() => new IOException("over"));
        _queue.End(() => new IOException("again"));
        Assert.Equal(AddResult.Ended, _queue.Add(Packet(2)));
        Assert.Equal(1, await TakeAsync());
        Assert.Equal("over", (await Assert.ThrowsAsync<IOException>(TakeAsync)).Message);

        var other = new PacketQueue();
        var waiting = other.TakeAsync(default, out _).AsTask();
        other.End(() => new IOException("over"));
        await Assert.ThrowsAsync<IOException>(() => waiting.Soon());
    }

    [Fact]
    public async Task Clearing_gives_every_buffer_back()
    {
        var buffers = Enumerable.Range(0, 10).Select(i => Packet((byte)i)).ToArray();
        foreach (var buffer in buffers)
        {
            _queue.Add(buffer);
        }

        _queue.Clear();

        Assert.Equal(buffers, Enumerable.Range(0, 10).Select(_ => _pool.Rent(1)));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _queue.TakeAsync(cancelled.Token, out _).AsTask());
    }

    [Fact]
    public async Task Cancelling_against_arriving_loses_no_packet()
    {
        const int count = 5_000;
        var received = new List<int>();
        var reader = Task.Run(async () =>
        {
            while (received.Count < count)
            {
                using var cancel = new CancellationTokenSource();
                var waiting = _queue.TakeAsync(cancel.Token, out _);
                ThreadPool.UnsafeQueueUserWorkItem(static source => TryCancel(source), cancel, preferLocal: false);
                try
                {
                    using var packet = await waiting;
                    received.Add(BitConverter.ToInt32(packet.Span));
                }
                catch (OperationCanceledException)
                {
                    // Tried again.
                }
            }
        });
        for (var i = 0; i < count; i++)
        {
            var packet = _pool.Rent(4);
            BitConverter.TryWriteBytes(packet.Span, i);
            _queue.Add(packet);
        }

        await reader.Soon();
        Assert.Equal(Enumerable.Range(0, count), received);
    }

    [Fact]
    public void Waiting_and_taking_allocate_nothing()
    {
        Exchange(100);
        Assert.Equal(0, Allocated.By(() => Exchange(1_000)));

        void Exchange(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var waiting = _queue.TakeAsync(default, out _);
                _queue.Add(Packet(1));
#pragma warning disable xUnit1031 // It has ended.
                waiting.GetAwaiter().GetResult().Dispose();
#pragma warning restore xUnit1031
            }
        }
    }

    [Fact]
    public async Task The_end_of_a_stream_is_no_exception()
    {
        _queue.Add(Packet(1));
        _queue.End(null);
        Assert.Equal(1, await TakeAsync());
        Assert.True((await _queue.TakeAsync(default, out _)).IsEnd);

        var other = new PacketQueue();
        var waiting = other.TakeAsync(default, out _).AsTask();
        other.End(null);
        Assert.True((await waiting.Soon()).IsEnd);
    }

    [Fact]
    public async Task Failing_throws_away_what_waits_even_after_the_end()
    {
        var buffer = Packet(1);
        _queue.Add(buffer);
        _queue.End(null);

        _queue.Fail(() => new IOException("given up"));

        await Assert.ThrowsAsync<IOException>(TakeAsync);
        Assert.Same(buffer, _pool.Rent(1));
        var other = new PacketQueue();
        var waiting = other.TakeAsync(default, out _).AsTask();
        other.Fail(() => new IOException("given up"));
        await Assert.ThrowsAsync<IOException>(() => waiting.Soon());
    }

    [Fact]
    public async Task Packets_that_were_given_up_have_their_places_and_take_one_buffer_for_a_row()
    {
        var first = Packet(1);
        first.Number = 1;
        _queue.Add(first);
        for (var number = 2; number < 1_000; number++)
        {
            _queue.AddSkipped(number, _pool);
        }

        _queue.AddSkipped(2_000, _pool);

        Assert.Equal(1, await TakeAsync());
        for (var number = 2; number < 1_000; number++)
        {
            Assert.True(_queue.TryTake(out var skipped, out var taken));
            Assert.Equal((true, number, 0, default), (skipped.IsSkipped, skipped.Number, skipped.Length, taken));
            skipped.Dispose();
            Assert.True(skipped.Memory.IsEmpty && skipped.Span.IsEmpty);
        }

        Assert.True(_queue.TryTake(out var last, out _));
        Assert.Equal(2_000, last.Number);
        Assert.True(_queue.IsEmpty);
        var waiting = _queue.TakeAsync(default, out _).AsTask();
        _queue.AddSkipped(2_001, _pool);
        Assert.Equal(2_001, (await waiting.Soon()).Number);
    }

    [Fact]
    public void Beyond_its_capacity_the_oldest_are_dropped_but_never_the_last()
    {
        var queue = new PacketQueue(200);
        for (byte i = 0; i < 5; i++)
        {
            queue.Add(Packet(i));
        }

        Assert.Equal(2, queue.Dropped);
        Assert.True(queue.TryTake(out var oldest, out _));
        Assert.Equal(2, oldest.Span[0]);
        queue.Add(_pool.Rent(10_000));
        Assert.True(queue.TryTake(out var large, out var taken));
        Assert.Equal((10_000, new Taken(10_256, 16_384 + 96)), (large.Length, taken));
        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public async Task A_wait_can_be_interrupted_and_so_can_the_next()
    {
        var waiting = _queue.TakeAsync(default, out _).AsTask();
        _queue.Interrupt();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
        Assert.False(_queue.TakeInterruption());

        _queue.Interrupt();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _queue.TakeAsync(default, out _).AsTask());
        _queue.Interrupt();
        Assert.True(_queue.TakeInterruption());
        Assert.False(_queue.TakeInterruption());
        _queue.Add(Packet(7));
        Assert.Equal(7, await TakeAsync());
    }

    private static void TryCancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The packet was faster.
        }
    }

    private PacketBuffer Packet(byte content)
    {
        var packet = _pool.Rent(1);
        packet.Span[0] = content;
        return packet;
    }

    private async Task<int> TakeAsync()
    {
        using var packet = await _queue.TakeAsync(default, out _);
        return packet.Span[0];
    }
}
