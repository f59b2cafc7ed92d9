using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using UDPack.Protocol.Delivery;
using UDPack.Tests.Network;

namespace UDPack.Tests.Streams;

public class PipeTests
{
    [Theory]
    [InlineData(1, 2_000)]
    [InlineData(1_000, 100_000)]
    [InlineData(64 * 1024, 1_000_000)]
    [InlineData(300_000, 2_000_000)]
    public async Task Bytes_arrive_as_they_were_written_whatever_the_sizes(int writeSize, int total)
    {
        await using var pair = await StreamPair.OpenAsync();
        var content = RandomNumberGenerator.GetBytes(total);
        var writing = Task.Run(async () =>
        {
            var output = pair.OnClient.AsPipe().Output;
            for (var offset = 0; offset < total; offset += writeSize)
            {
                var result = await output.WriteAsync(content.AsMemory(offset, Math.Min(writeSize, total - offset)));
                Assert.False(result.IsCanceled || result.IsCompleted);
            }

            await output.CompleteAsync();
        });

        var received = await ReadAllAsync(pair.OnServer.AsPipe().Input).Soon();

        await writing.Soon();
        Assert.Equal(content, received);
    }

    [Fact]
    public async Task What_is_not_consumed_is_read_again_with_what_came_meanwhile()
    {
        await using var pair = await StreamPair.OpenAsync();
        var input = pair.OnServer.AsPipe().Input;
        await pair.OnClient.SendTextAsync("one ");
        await pair.OnClient.SendTextAsync("");
        var result = await input.ReadAsync().Soon();
        Assert.Equal("one ", Text(result));

        // Half of it, but all examined: the next read waits for more.
        input.AdvanceTo(result.Buffer.GetPosition(2), result.Buffer.End);
        var more = input.ReadAsync().AsTask();
        await pair.Sessions.Listener.Loop.TurnAsync();
        Assert.False(more.IsCompleted);
        Assert.False(more.IsCompleted);
        await pair.OnClient.SendTextAsync("two");
        result = await more.Soon();
        Assert.Equal("e two", Text(result));

        // Not all examined: the same again at once.
        input.AdvanceTo(result.Buffer.Start, result.Buffer.GetPosition(1));
        Assert.True(input.TryRead(out result));
        Assert.Equal("e two", Text(result));
        input.AdvanceTo(result.Buffer.End);
        Assert.False(input.TryRead(out _));

        pair.OnClient.CompleteWrites();
        result = await input.ReadAsync().Soon();
        Assert.True(result.IsCompleted && result.Buffer.IsEmpty);
        input.AdvanceTo(result.Buffer.End);
        Assert.True((await input.ReadAsync().Soon()).IsCompleted);
    }

    [Fact]
    public async Task Received_packets_are_read_without_copying_and_given_back_when_consumed()
    {
        await using var pair = await StreamPair.OpenAsync();
        var input = pair.OnServer.AsPipe().Input;
        await pair.OnClient.SendAsync(new byte[5_000]).Soon();
        await pair.OnClient.SendAsync(new byte[6_000]).Soon();

        var result = await input.ReadAtLeastAsync(11_000).Soon();

        Assert.Equal([5_000, 6_000], Segments(result.Buffer));
        input.AdvanceTo(result.Buffer.GetPosition(5_000), result.Buffer.End);
        await pair.OnClient.SendAsync(new byte[7_000]).Soon();
        result = await input.ReadAsync().Soon();
        Assert.Equal([6_000, 7_000], Segments(result.Buffer));
        input.AdvanceTo(result.Buffer.End);
    }

    [Fact]
    public async Task The_peer_is_held_back_while_the_reader_has_enough()
    {
        const int credit = 16 * 1024;
        await using var pair = await StreamPair.OpenAsync(
            null,
            listening => listening.StreamCreditBytes = listening.MaxStreamCreditBytes = credit,
            connecting => connecting.SendBufferBytes = connecting.MaxSendBufferBytes = credit);
        var input = pair.OnServer.AsPipe().Input;
        var output = pair.OnClient.AsPipe().Output;
        ValueTask<FlushResult> flush;
        var flushed = 0;
        while ((flush = output.WriteAsync(new byte[1000])).IsCompleted || flushed < (2 * credit / 1064) - 3)
        {
            await flush.AsTask().Soon();
            flushed++;
        }

        Assert.InRange(flushed, 1, (2 * credit / 1064) + 1);
        var waiting = flush.AsTask();
        while (!waiting.IsCompleted)
        {
            // The last packet may have been read before its writer goes on: then nothing more comes.
            var reading = input.ReadAsync().AsTask();
            await Task.WhenAny(reading, waiting).Soon();
            if (reading.IsCompletedSuccessfully)
            {
                input.AdvanceTo((await reading).Buffer.End);
            }
        }

        await waiting.Soon();
    }

    [Fact]
    public async Task Written_memory_is_sent_with_the_flush_and_as_the_packet_it_was_written_to()
    {
        await using var pair = await StreamPair.OpenAsync();
        var output = pair.OnClient.AsPipe().Output;
        Encoding.UTF8.GetBytes("one ", output.GetSpan(4));
        output.Advance(4);
        Encoding.UTF8.GetBytes("two", output.GetSpan());
        output.Advance(3);
        Assert.True(output.CanGetUnflushedBytes);
        Assert.Equal(7, output.UnflushedBytes);
        await pair.Sessions.OnClient.Loop.TurnAsync();
        Assert.Equal(0, pair.Sessions.OnClient.GetStatistics().PacketsSent);

        await output.FlushAsync().Soon();
        Assert.Equal(0, output.UnflushedBytes);
        Assert.Equal("one two", await pair.OnServer.ReceiveTextAsync());
        await output.FlushAsync().Soon();
        output.GetMemory();
        output.Advance(0);
        await output.FlushAsync().Soon();
        Assert.Throws<ArgumentOutOfRangeException>(() => output.Advance(1));

        // More at once than a packet holds: cut.
        output.GetSpan(100_000)[99_999] = 7;
        output.Advance(100_000);
        await output.FlushAsync().Soon();
        using var first = await pair.OnServer.ReceiveAsync().Soon();
        using var second = await pair.OnServer.ReceiveAsync().Soon();
        Assert.Equal((65_536, 34_464, 7), (first.Length, second.Length, second.Span[^1]));
    }

    [Fact]
    public async Task What_was_written_and_not_flushed_is_sent_by_completing()
    {
        await using var pair = await StreamPair.OpenAsync();
        var output = pair.OnClient.AsPipe().Output;
        "end"u8.CopyTo(output.GetSpan(3));
        output.Advance(3);

        output.Complete();
        output.Complete();

        Assert.Equal("end", await pair.OnServer.ReceiveTextAsync());
        Assert.Null(await pair.OnServer.ReceiveTextAsync());
        Assert.Throws<InvalidOperationException>(() => output.GetMemory());
        await Assert.ThrowsAsync<InvalidOperationException>(() => output.FlushAsync().Soon());

        // The other direction goes on.
        await pair.OnServer.SendTextAsync("answer");
        Assert.Equal("answer", await pair.OnClient.ReceiveTextAsync());
    }

    [Fact]
    public async Task Completing_the_output_with_an_exception_aborts_the_stream()
    {
        await using var pair = await StreamPair.OpenAsync();
        var output = pair.OnClient.AsPipe().Output;
        output.GetMemory();
        output.Advance(10);

        await output.CompleteAsync(new InvalidOperationException("no more"));

        await Net.FailsWith(UdpackError.StreamAborted, pair.OnServer.ReceiveAsync().AsTask());
    }

    [Fact]
    public async Task Completing_the_input_gives_its_memory_back_and_throws_away_what_comes()
    {
        await using var pair = await StreamPair.OpenAsync(null, null, connecting => connecting.StreamCreditBytes = connecting.MaxStreamCreditBytes = 16 * 1024);
        var input = pair.OnClient.AsPipe().Input;
        await pair.OnServer.SendTextAsync("unread");
        await input.ReadAsync().Soon();
        input.Complete();
        input.Complete();

        // Far more than the credit: it is taken and dropped.
        await pair.OnServer.SendAndConfirmAsync(new byte[100_000]).Soon();
        Assert.Throws<InvalidOperationException>(() => input.TryRead(out _));
        await pair.OnClient.SendTextAsync("still sends");
        Assert.Equal("still sends", await pair.OnServer.ReceiveTextAsync());
    }

    [Fact]
    public async Task A_read_can_be_cancelled_by_its_token_and_by_the_pipe()
    {
        await using var pair = await StreamPair.OpenAsync();
        var input = pair.OnServer.AsPipe().Input;
        using var cancel = new CancellationTokenSource();
        var reading = input.ReadAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.Soon());

        var pending = input.ReadAsync().AsTask();
        input.CancelPendingRead();
        Assert.True((await pending.Soon()).IsCanceled);

        // While none waits: the next one, once.
        input.CancelPendingRead();
        await pair.OnClient.SendTextAsync("x");
        var result = await input.ReadAsync().Soon();
        Assert.True(result.IsCanceled);
        input.AdvanceTo(result.Buffer.Start);
        result = await input.ReadAsync().Soon();
        Assert.Equal(("x", false), (Text(result), result.IsCanceled));
    }

    [Fact]
    public async Task A_flush_that_waits_can_be_cancelled_by_its_token_and_by_the_pipe_and_loses_nothing()
    {
        await using var pair = await StreamPair.OpenAsync(
            null,
            listening => listening.StreamCreditBytes = listening.MaxStreamCreditBytes = 16 * (900 + Cost.PerPacket),
            connecting => connecting.SendBufferBytes = connecting.MaxSendBufferBytes = 1_000);
        var output = pair.OnClient.AsPipe().Output;
        var written = 0;
        using var cancel = new CancellationTokenSource();
        Task<FlushResult> Write()
        {
            BitConverter.TryWriteBytes(output.GetSpan(900), written++);
            output.Advance(900);
            return output.FlushAsync(cancel.Token).AsTask();
        }

        // 16 packets use up the credit, and one more the buffer.
        while (written < 17)
        {
            Assert.False((await Write().Soon()).IsCanceled);
        }

        var flush = Write();
        Assert.False(flush.IsCompleted);
        output.CancelPendingFlush();
        Assert.True((await flush.Soon()).IsCanceled);
        var again = output.FlushAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => again.Soon());
        output.CancelPendingFlush();
        Assert.True((await output.FlushAsync().Soon()).IsCanceled);

        var last = output.FlushAsync().AsTask();
        for (var i = 0; i < written; i++)
        {
            using var packet = await pair.OnServer.ReceiveAsync().Soon();
            Assert.Equal(i, BitConverter.ToInt32(packet.Span));
        }

        Assert.False((await last.Soon()).IsCanceled);
    }

    [Fact]
    public async Task A_try_to_read_sees_the_end_as_a_pipe_of_the_framework_does()
    {
        await using var pair = await StreamPair.OpenAsync();
        var framework = new Pipe();
        await framework.Writer.WriteAsync("last"u8.ToArray());
        await pair.OnClient.SendTextAsync("last");
        await pair.OnClient.SendTextAsync("");
        pair.OnClient.CompleteWrites();
        await framework.Writer.CompleteAsync();
        await pair.OnServer.ReadsClosed.Soon();

        foreach (var input in new[] { framework.Reader, pair.OnServer.AsPipe().Input })
        {
            Assert.True(input.TryRead(out var result));
            Assert.Equal("last", Text(result));
            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);

            // The rest stays, and the end is told again and again.
            for (var i = 0; i < 2; i++)
            {
                Assert.True(input.TryRead(out result));
                Assert.Equal(("last", true, false), (Text(result), result.IsCompleted, result.IsCanceled));
                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            }

            Assert.True(input.TryRead(out result));
            input.AdvanceTo(result.Buffer.End);
            Assert.True(input.TryRead(out result));
            Assert.True(result.IsCompleted && result.Buffer.IsEmpty);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_try_to_read_fails_after_an_abort_and_the_sessions_end_as_a_read_does(bool ofStream)
    {
        await using var pair = await StreamPair.OpenAsync();
        var input = pair.OnServer.AsPipe().Input;
        Assert.False(input.TryRead(out _));

        if (ofStream)
        {
            pair.OnClient.Abort(300);
        }
        else
        {
            pair.Sessions.OnClient.Abort(300);
        }

        await Assert.ThrowsAsync<UdpackException>(() => pair.OnServer.ReadsClosed.Soon());
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal((ushort)300, Assert.Throws<UdpackException>(() => input.TryRead(out _)).ApplicationCode);
            Assert.Equal((ushort)300, (await Assert.ThrowsAsync<UdpackException>(() => input.ReadAsync().Soon())).ApplicationCode);
        }
    }

    [Fact]
    public async Task A_flush_of_nothing_hears_of_an_abort_too()
    {
        await using var pair = await StreamPair.OpenAsync();
        var output = pair.OnServer.AsPipe().Output;
        await output.FlushAsync().Soon();
        pair.OnClient.Abort(300);
        await Assert.ThrowsAsync<UdpackException>(() => pair.OnServer.WritesClosed.Soon());

        await Net.FailsWith(UdpackError.StreamAborted, output.FlushAsync().AsTask());
        await Net.FailsWith(UdpackError.StreamAborted, output.WriteAsync(ReadOnlyMemory<byte>.Empty).AsTask());
    }

    [Fact]
    public async Task An_abort_reaches_both_pipes()
    {
        await using var pair = await StreamPair.OpenAsync();
        var pipe = pair.OnClient.AsPipe();
        var reading = pipe.Input.ReadAsync().AsTask();

        pair.OnServer.Abort(256);

        await Net.FailsWith(UdpackError.StreamAborted, reading);
        await Net.FailsWith(UdpackError.StreamAborted, pipe.Output.WriteAsync(new byte[1]).AsTask());
        await Assert.ThrowsAsync<UdpackException>(() => Task.Run(async () =>
        {
            pipe.Output.GetMemory();
            pipe.Output.Advance(1);
            await pipe.Output.CompleteAsync();
        }));
    }

    private static async Task<byte[]> ReadAllAsync(PipeReader input)
    {
        var received = new MemoryStream();
        while (true)
        {
            var result = await input.ReadAsync();
            foreach (var memory in result.Buffer)
            {
                received.Write(memory.Span);
            }

            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                input.Complete();
                return received.ToArray();
            }
        }
    }

    private static string Text(ReadResult result) => Encoding.UTF8.GetString(result.Buffer);

    private static List<int> Segments(ReadOnlySequence<byte> buffer)
    {
        var lengths = new List<int>();
        foreach (var memory in buffer)
        {
            lengths.Add(memory.Length);
        }

        return lengths;
    }
}
