using System.Runtime.CompilerServices;
using UDPack.Buffers;
using UDPack.Protocol;

namespace UDPack.Tests.Buffers;

public class PacketLeaseTests
{
    private readonly PooledPacketBuffers _pool = new();

    [Theory]
    [InlineData(0, 32)]
    [InlineData(32, 32)]
    [InlineData(33, 64)]
    [InlineData(65, 128)]
    [InlineData(256, 256)]
    [InlineData(257, 512)]
    [InlineData(641, 1024)]
    [InlineData(1025, 1536)]
    [InlineData(1536, 1536)]
    [InlineData(1537, 2048)]
    [InlineData(2049, 4096)]
    [InlineData(4096, 4096)]
    [InlineData(4097, 8192)]
    [InlineData(65_536, 65_536)]
    [InlineData(65_537, 131_072)]
    [InlineData(1_048_576, 1_048_576)]
    [InlineData(1_048_577, 1_048_577)]
    public void Buffers_have_the_size_class_that_fits(int length, int size)
    {
        var buffer = _pool.Rent(length);

        Assert.Equal(length, buffer.Length);
        Assert.Equal(size, buffer.Array.Length);
        Assert.Equal(length, buffer.Span.Length);
        Assert.Equal(size, _pool.CapacityOf(length));
    }

    [Fact]
    public void A_buffer_is_less_than_twice_as_large_as_what_it_is_for()
    {
        for (var length = 17; length <= 3 << 20; length += 1 + (length / 1_000))
        {
            Assert.InRange(_pool.CapacityOf(length), length, (2 * length) - 2);
        }
    }

    [Fact]
    public void A_buffer_of_no_size_of_the_pool_is_not_kept()
    {
        var exact = _pool.RentExact(1_000);
        Assert.Equal((1_000, 1_000), (exact.Array.Length, exact.Length));
        exact.Release();
        Assert.NotSame(exact, _pool.Rent(1_000));
    }

    [Fact]
    public void Buffers_are_used_again_without_what_clung_to_them()
    {
        var buffer = _pool.Rent(10);
        buffer.Next = buffer;

        buffer.Release();
        var again = _pool.Rent(20);

        Assert.Same(buffer, again);
        Assert.Null(again.Next);
        Assert.Equal(20, again.Length);
    }

    [Fact]
    public void Only_so_many_buffers_are_kept()
    {
        var buffers = RentAll(100, 1 << 20);
        ReleaseAll(buffers);

        var again = RentAll(100, 1 << 20);

        Assert.Equal(15, again.Intersect(buffers).Count());
        Assert.Equal(again.Length, again.Distinct().Count());
    }

    [Fact]
    public void As_many_small_buffers_are_kept_as_a_fast_session_has_under_way()
    {
        var buffers = RentAll(50_000, 1);
        ReleaseAll(buffers);
        Assert.Equal(50_000, RentAll(50_000, 1).Intersect(buffers).Count());
    }

    [Fact]
    public void Half_of_what_nobody_needed_since_the_last_trim_is_let_go()
    {
        var shelf = new BufferShelf(64);
        foreach (var buffer in RentAll(10, 1))
        {
            shelf.Keep(buffer);
        }

        shelf.Trim();
        Assert.Equal(10, shelf.Count);
        for (var i = 0; i < 3; i++)
        {
            shelf.Keep(shelf.Take()!);
        }

        var (one, two) = (shelf.Take()!, shelf.Take()!);
        shelf.Keep(one);
        shelf.Keep(two);
        shelf.Trim();
        Assert.Equal(6, shelf.Count);
        shelf.Trim();
        Assert.Equal(3, shelf.Count);
    }

    [Fact]
    public void Buffers_of_a_burst_are_let_go_as_the_collector_runs()
    {
        var pool = PooledPacketBuffers.TrimmedByCollector();
        var left = BurstAndIdle(pool);
        for (var i = 0; i < 40 && left.Any(buffer => buffer.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        GC.KeepAlive(pool);
        Assert.DoesNotContain(left, buffer => buffer.IsAlive);
    }

    [Fact]
    public void Buffers_given_back_on_all_threads_are_never_lent_twice()
    {
        Parallel.For(0, 20_000, i =>
        {
            var buffer = _pool.Rent(4);
            BitConverter.TryWriteBytes(buffer.Span, i);
            Thread.Yield();
            Assert.Equal(i, BitConverter.ToInt32(buffer.Span));
            buffer.Release();
        });
    }

    [Fact]
    public void A_packet_is_readable_until_disposed_and_a_second_dispose_is_harmless()
    {
        var buffer = _pool.Rent(3);
        "abc"u8.CopyTo(buffer.Span);
        var packet = new UdpackPacket(buffer);
        Assert.Equal("abc"u8.ToArray(), packet.Memory.ToArray());

        packet.Dispose();
        packet.Dispose();

        Assert.Throws<ObjectDisposedException>(() => packet.Memory);
        Assert.Throws<ObjectDisposedException>(() => packet.Length);
        Assert.Throws<ObjectDisposedException>(() => packet.Span.Length);
        Assert.Same(buffer, _pool.Rent(1));
        Assert.NotSame(buffer, _pool.Rent(1));
    }

    [Fact]
    public void A_stale_copy_neither_reads_nor_ends_the_lease_that_follows()
    {
        var first = new UdpackPacket(_pool.Rent(3));
        var copy = first;
        first.Dispose();
        var second = new UdpackPacket(_pool.Rent(5));

        copy.Dispose();

        Assert.Throws<ObjectDisposedException>(() => copy.Length);
        Assert.Equal(5, second.Length);
        Assert.NotEqual(first, second);
        Assert.Equal(first, copy);
    }

    [Fact]
    public void A_packet_disposed_from_many_threads_goes_back_once()
    {
        for (var i = 0; i < 200; i++)
        {
            var packet = new UdpackPacket(_pool.Rent(1));
            Parallel.For(0, 4, _ => packet.Dispose());
            var (a, b) = (_pool.Rent(1), _pool.Rent(1));
            Assert.NotSame(a, b);
            a.Release();
            b.Release();
        }
    }

    [Fact]
    public void No_packet_at_all_is_the_note_of_an_end_and_empty()
    {
        var end = default(UdpackPacket);
        end.Dispose();
        Assert.Equal((true, 0, 0L), (end.IsEnd, end.Length, end.Number));
        Assert.True(end.Span.IsEmpty && end.Memory.IsEmpty);
    }

    [Fact]
    public void Poisoned_memory_is_never_another_packets()
    {
        var pool = new PooledPacketBuffers(poisons: true);
        var buffer = pool.Rent(3);
        buffer.Span.Fill(1);
        var packet = new UdpackPacket(buffer);
        var kept = packet.Memory;
        packet.Dispose();

        for (var i = 0; i < 10; i++)
        {
            pool.Rent(3).Span.Fill(2);
        }

        Assert.Equal([Poison.Pattern, Poison.Pattern, Poison.Pattern], kept.ToArray());
    }

    [Fact]
    public void Poison_is_off_unless_the_switch_says_otherwise() => Assert.False(Poison.IsOn);

    // Not inlined, or the collector would find the buffers on the test's own stack.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] BurstAndIdle(PooledPacketBuffers pool)
    {
        var buffers = RentAll(pool, 100, 100_000);
        ReleaseAll(buffers);
        return [.. buffers.Select(buffer => new WeakReference(buffer))];
    }

    private PacketBuffer[] RentAll(int count, int length) => RentAll(_pool, count, length);

    private static PacketBuffer[] RentAll(PooledPacketBuffers pool, int count, int length) =>
        [.. Enumerable.Range(0, count).Select(_ => pool.Rent(length))];

    private static void ReleaseAll(PacketBuffer[] buffers)
    {
        foreach (var buffer in buffers)
        {
            buffer.Release();
        }
    }
}
