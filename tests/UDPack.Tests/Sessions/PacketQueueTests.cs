using UDPack.Buffers;
using UDPack.Protocol;
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
        var before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(1_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

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
