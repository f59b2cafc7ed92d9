using System.Security.Cryptography;
using UDPack.Tests.Network;

namespace UDPack.Tests.Streams;

public class ByteStreamTests
{
    [Theory]
    [InlineData(1, 1, 2_000)]
    [InlineData(1, 100, 2_000)]
    [InlineData(1000, 7, 50_000)]
    [InlineData(65_536, 65_536, 1_000_000)]
    [InlineData(65_537, 4_096, 1_000_000)]
    [InlineData(200_000, 1_000, 1_000_000)]
    public async Task Bytes_arrive_as_they_were_written_whatever_the_sizes(int writeSize, int readSize, int total)
    {
        await using var pair = await StreamPair.OpenAsync();
        var content = RandomNumberGenerator.GetBytes(total);
        var writing = Task.Run(async () =>
        {
            await using var stream = pair.OnClient.AsStream();
            for (var offset = 0; offset < total; offset += writeSize)
            {
                await stream.WriteAsync(content.AsMemory(offset, Math.Min(writeSize, total - offset)));
            }
        });
        var received = new MemoryStream();
        await using var reading = pair.OnServer.AsStream();
        var buffer = new byte[readSize];
        int length;
        while ((length = await reading.ReadAsync(buffer).Soon()) > 0)
        {
            received.Write(buffer, 0, length);
        }

        await writing.Soon();
        Assert.Equal(content, received.ToArray());
        Assert.Equal(0, await reading.ReadAsync(buffer).Soon());
    }

    [Fact]
    public async Task A_write_is_on_its_way_without_a_flush_and_becomes_packets_of_at_most_64_KiB()
    {
        await using var pair = await StreamPair.OpenAsync();
        await using var stream = pair.OnClient.AsStream();

        await stream.WriteAsync(new byte[150_000]).Soon();
        await stream.WriteAsync(Array.Empty<byte>()).Soon();
        await stream.FlushAsync().Soon();
        stream.WriteByte(1);

        foreach (var size in new[] { 65_536, 65_536, 150_000 - 131_072, 1 })
        {
            using var packet = await pair.OnServer.ReceiveAsync().Soon();
            Assert.Equal(size, packet.Length);
        }
    }

    [Fact]
    public async Task Packets_are_never_larger_than_the_peer_accepts()
    {
        await using var pair = await StreamPair.OpenAsync(null, listening => listening.MaxPacketBytes = 1_000);
        await using var stream = pair.OnClient.AsStream();
        await stream.WriteAsync(new byte[2_500]).Soon();

        foreach (var size in new[] { 1_000, 1_000, 500 })
        {
            using var packet = await pair.OnServer.ReceiveAsync().Soon();
            Assert.Equal(size, packet.Length);
        }
    }

    [Fact]
    public async Task Empty_packets_are_no_end_and_a_read_of_nothing_takes_nothing()
    {
        await using var pair = await StreamPair.OpenAsync();
        await using var stream = pair.OnServer.AsStream();
        await pair.OnClient.SendTextAsync("");
        await pair.OnClient.SendTextAsync("ab");
        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty).Soon());
        Assert.Equal('a', stream.ReadByte());
        Assert.Equal(0, stream.Read([]));
        Assert.Equal('b', stream.ReadByte());
        pair.OnClient.CompleteWrites();
        Assert.Equal(-1, stream.ReadByte());
    }

    [Fact]
    public async Task Blocking_reads_and_writes_work_and_wait()
    {
        await using var pair = await StreamPair.OpenAsync(
            null,
            listening => listening.StreamCreditBytes = listening.MaxStreamCreditBytes = 16 * 1024,
            connecting => connecting.SendBufferBytes = connecting.MaxSendBufferBytes = 16 * 1024);
        var content = RandomNumberGenerator.GetBytes(300_000);
        var writing = Task.Run(() =>
        {
            using var stream = pair.OnClient.AsStream();
            stream.Write(content.AsSpan(0, 1000));
            stream.Write(content, 1000, content.Length - 1000);
            stream.Flush();
        });
        var received = await Task.Run(() =>
        {
            using var stream = pair.OnServer.AsStream();
            var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        }).Soon();

        await writing.Soon();
        Assert.Equal(content, received);
    }

    [Fact]
    public async Task Reads_and_writes_can_be_cancelled()
    {
        await using var pair = await StreamPair.OpenAsync();
        await using var stream = pair.OnClient.AsStream();
        using var cancel = new CancellationTokenSource();
        var reading = stream.ReadAsync(new byte[10], cancel.Token).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.WriteAsync(new byte[10], cancel.Token).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.FlushAsync(cancel.Token).Soon());
        await pair.OnServer.SendTextAsync("x");
        Assert.Equal(1, await stream.ReadAsync(new byte[10]).Soon());
    }

    [Fact]
    public async Task An_abort_reaches_the_bytes()
    {
        await using var pair = await StreamPair.OpenAsync();
        await using var stream = pair.OnClient.AsStream();
        var reading = stream.ReadAsync(new byte[10]).AsTask();

        pair.OnServer.Abort(256);

        await Net.FailsWith(UdpackError.StreamAborted, reading);
        await Net.FailsWith(UdpackError.StreamAborted, stream.WriteAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task A_begun_write_does_not_wait_for_the_read_that_waits_for_its_answer()
    {
        await using var pair = await StreamPair.OpenAsync();
        await using var client = pair.OnClient.AsStream();
        await using var server = pair.OnServer.AsStream();
        var answer = new byte[10];
        var called = new TaskCompletionSource<IAsyncResult>(TaskCreationOptions.RunContinuationsAsynchronously);

        var reading = client.BeginRead(answer, 2, 8, called.SetResult, "a state");
        var writing = client.BeginWrite("_ask"u8.ToArray(), 1, 3, null, null);
        await Task.Factory.FromAsync(writing, client.EndWrite).Soon();
        var question = new byte[3];
        await server.ReadExactlyAsync(question).AsTask().Soon();
        await server.WriteAsync("told"u8.ToArray()).Soon();

        Assert.Same(reading, await called.Task.Soon());
        Assert.Equal("a state", reading.AsyncState);
        Assert.Equal(4, client.EndRead(reading));
        Assert.Equal("ask"u8.ToArray(), question);
        Assert.Equal("\0\0told"u8.ToArray(), answer[..6]);
        Assert.Throws<ArgumentOutOfRangeException>(() => client.BeginRead(answer, 5, 6, null, null));
    }

    [Fact]
    public async Task A_disposed_stream_says_so_whatever_is_asked_of_it()
    {
        await using var pair = await StreamPair.OpenAsync();
        await pair.OnServer.SendAndConfirmAsync("unread"u8.ToArray()).Soon();
        var stream = pair.OnClient.AsStream();
        Assert.Equal('u', stream.ReadByte());
        await stream.DisposeAsync();
        await stream.DisposeAsync();

        Assert.False(stream.CanRead || stream.CanWrite || stream.CanSeek);
        foreach (var bytes in new[] { new byte[3], [] })
        {
            Assert.Throws<ObjectDisposedException>(() => stream.Write(bytes));
            Assert.Throws<ObjectDisposedException>(() => stream.Write(bytes, 0, bytes.Length));
            await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.WriteAsync(bytes).Soon());
            await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.WriteAsync(bytes, 0, bytes.Length).Soon());
            Assert.Throws<ObjectDisposedException>(() => stream.Read(bytes));
            Assert.Throws<ObjectDisposedException>(() => stream.Read(bytes, 0, bytes.Length));
            await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadAsync(bytes).Soon());
            await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadAsync(bytes, 0, bytes.Length).Soon());
        }

        Assert.Throws<ObjectDisposedException>(stream.Flush);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.FlushAsync().Soon());

        // The packets' form of it likewise, and what was refused did not go out.
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.OnClient.SendAsync(new byte[1]).Soon());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.OnClient.SendAndConfirmAsync(Array.Empty<byte>()).Soon());
        Assert.Null(await pair.OnServer.ReceiveTextAsync());
    }

    [Fact]
    public async Task Empty_writes_hear_of_completed_writes_and_aborts_and_tokens()
    {
        await using var pair = await StreamPair.OpenAsync();
        await using var client = pair.OnClient.AsStream();
        await using var server = pair.OnServer.AsStream();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.WriteAsync(Array.Empty<byte>(), new CancellationToken(true)).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ReadAsync(Array.Empty<byte>(), new CancellationToken(true)).Soon());

        pair.OnClient.CompleteWrites();
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.WriteAsync(Array.Empty<byte>()).Soon());
        Assert.Throws<InvalidOperationException>(() => client.Write([]));

        pair.OnClient.Abort(300);
        await Assert.ThrowsAsync<UdpackException>(() => pair.OnServer.WritesClosed.Soon());
        await Net.FailsWith(UdpackError.StreamAborted, server.WriteAsync(Array.Empty<byte>()).AsTask());
    }

    [Fact]
    public async Task It_has_no_length_and_no_position()
    {
        await using var pair = await StreamPair.OpenAsync();
        await using var stream = pair.OnClient.AsStream();

        Assert.True(stream.CanRead && stream.CanWrite && !stream.CanSeek && !stream.CanTimeout);
        Assert.Throws<NotSupportedException>(() => stream.Length);
        Assert.Throws<NotSupportedException>(() => stream.Position);
        Assert.Throws<NotSupportedException>(() => stream.Position = 1);
        Assert.Throws<NotSupportedException>(() => stream.Seek(0, SeekOrigin.Begin));
        Assert.Throws<NotSupportedException>(() => stream.SetLength(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Read(new byte[1], 0, 2));
    }
}
