using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class StreamEndTests
{
    [Fact]
    public async Task Each_direction_is_closed_on_its_own()
    {
        await using var pair = await StreamPair.OpenAsync();
        await pair.OnClient.SendTextAsync("request");
        pair.OnClient.CompleteWrites();
        pair.OnClient.CompleteWrites();

        Assert.Equal("request", await pair.OnServer.ReceiveTextAsync());
        Assert.Null(await pair.OnServer.ReceiveTextAsync());
        Assert.Null(await pair.OnServer.ReceiveTextAsync());
        await pair.OnServer.ReadsClosed.Soon();
        await pair.OnClient.WritesClosed.Soon();
        Assert.False(pair.OnServer.WritesClosed.IsCompleted || pair.OnClient.ReadsClosed.IsCompleted);

        // The other direction goes on.
        await pair.OnServer.SendTextAsync("answer");
        Assert.Equal("answer", await pair.OnClient.ReceiveTextAsync());
        pair.OnServer.CompleteWrites();
        Assert.Null(await pair.OnClient.ReceiveTextAsync());
        await pair.OnServer.WritesClosed.Soon();
        await pair.OnClient.ReadsClosed.Soon();
        await pair.Sessions.OnClient.Loop.TurnsUntil(() => pair.Sessions.OnClient.GetStatistics().OpenStreams == 0);
    }

    [Fact]
    public async Task Nothing_can_be_sent_after_the_writes_were_completed()
    {
        await using var pair = await StreamPair.OpenAsync();
        pair.OnClient.CompleteWrites();

        Assert.False(pair.OnClient.TrySend([1]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.OnClient.SendAsync(new byte[1]).Soon());
        pair.OnServer.CompleteWrites();
        await pair.OnClient.WritesClosed.Soon();
        await pair.OnClient.ReadsClosed.Soon();
        await pair.Sessions.OnClient.Loop.TurnsUntil(() => pair.Sessions.OnClient.GetStatistics().OpenStreams == 0);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.OnClient.SendAsync(new byte[1]).Soon());
        pair.OnClient.Abort();
    }

    [Fact]
    public async Task Everything_accepted_before_the_end_arrives()
    {
        await using var pair = await StreamPair.OpenAsync(null, listening => listening.StreamCreditBytes = listening.MaxStreamCreditBytes = 16 * 1024);
        const int count = 500;
        for (var i = 0; i < count; i++)
        {
            while (!pair.OnClient.TrySend(BitConverter.GetBytes(i)))
            {
                (await pair.OnServer.ReceiveAsync().Soon()).Dispose();
            }
        }

        pair.OnClient.CompleteWrites();

        var last = -1;
        await foreach (var packet in pair.OnServer.ReadAllAsync())
        {
            using (packet)
            {
                last = BitConverter.ToInt32(packet.Span);
            }
        }

        Assert.Equal(count - 1, last);
    }

    [Fact]
    public async Task A_send_that_waits_for_room_fails_when_the_writes_are_completed()
    {
        await using var pair = await StreamPair.OpenAsync(
            new UdpackStreamOptions { SendBufferBytes = 1_000 },
            listening => listening.StreamCreditBytes = listening.MaxStreamCreditBytes = 16 * 1024,
            connecting => connecting.MaxSendBufferBytes = 1_000);
        ValueTask waiting;
        do
        {
            waiting = pair.OnClient.SendAsync(new byte[20_000]);
        }
        while (waiting.IsCompleted);

        pair.OnClient.CompleteWrites();

        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting.Soon());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_abort_reaches_everyone_on_both_sides_with_its_code(bool byClient)
    {
        await using var pair = await StreamPair.OpenAsync();
        var (here, there) = byClient ? (pair.OnClient, pair.OnServer) : (pair.OnServer, pair.OnClient);
        await there.SendAndConfirmAsync("never read"u8.ToArray()).Soon();
        var receiving = there.ReceiveAsync().AsTask();

        here.Abort(777);
        here.Abort(778);

        foreach (var task in new[] { receiving, here.WritesClosed, here.ReadsClosed, there.WritesClosed, there.ReadsClosed })
        {
            var exception = await Net.FailsWith(UdpackError.StreamAborted, task);
            Assert.Equal((ushort)777, exception.ApplicationCode);
            Assert.Contains("777", exception.Message, StringComparison.Ordinal);
        }

        await Net.FailsWith(UdpackError.StreamAborted, here.ReceiveAsync().AsTask());
        await Net.FailsWith(UdpackError.StreamAborted, here.SendAsync(new byte[1]).AsTask());
        await Net.FailsWith(UdpackError.StreamAborted, there.SendAsync(new byte[1]).AsTask());
        Assert.False(there.TrySend([1]));

        // The session does not mind.
        await pair.Sessions.OnClient.SendAndConfirmAsync(new byte[1]).Soon();
        await pair.Sessions.OpenAsync();
    }

    [Fact]
    public async Task A_try_to_receive_gives_what_a_receive_would_give_at_once()
    {
        await using var pair = await StreamPair.OpenAsync();
        Assert.False(pair.OnServer.TryReceive(out _));
        await pair.OnClient.SendTextAsync("last");
        pair.OnClient.CompleteWrites();
        await pair.OnServer.ReadsClosed.Soon();

        Assert.True(pair.OnServer.TryReceive(out var packet));
        Assert.Equal(4, packet.Length);
        packet.Dispose();
        for (var i = 0; i < 2; i++)
        {
            Assert.True(pair.OnServer.TryReceive(out var end));
            Assert.Equal((true, false, 0, true, true), (end.IsEnd, end.IsSkipped, end.Length, end.Span.IsEmpty, end.Memory.IsEmpty));
            end.Dispose();
        }
    }

    [Theory]
    [InlineData(true, UdpackError.StreamAborted)]
    [InlineData(false, UdpackError.SessionAborted)]
    public async Task A_try_to_receive_fails_where_a_receive_would(bool ofStream, UdpackError error)
    {
        await using var pair = await StreamPair.OpenAsync();
        if (ofStream)
        {
            pair.OnClient.Abort(300);
        }
        else
        {
            pair.Sessions.OnClient.Abort(300);
        }

        await Net.FailsWith(error, pair.OnServer.ReadsClosed);

        Assert.Equal(error, Assert.Throws<UdpackException>(() => pair.OnServer.TryReceive(out _)).Error);
        await pair.OnServer.DisposeAsync();
    }

    [Fact]
    public async Task A_try_to_receive_from_a_disposed_stream_says_so()
    {
        await using var pair = await StreamPair.OpenAsync();
        await pair.OnServer.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => pair.OnServer.TryReceive(out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    public async Task The_protocols_own_codes_are_not_the_applications(ushort code)
    {
        await using var pair = await StreamPair.OpenAsync();

        Assert.Throws<ArgumentOutOfRangeException>(() => pair.OnClient.Abort(code));

        await pair.OnClient.SendTextAsync("still open");
        Assert.Equal("still open", await pair.OnServer.ReceiveTextAsync());
    }

    [Fact]
    public async Task Confirmations_fail_when_the_stream_is_aborted()
    {
        await using var pair = await StreamPair.OpenAsync(null, listening => listening.StreamCreditBytes = listening.MaxStreamCreditBytes = 16 * 1024);
        var confirmations = Enumerable.Range(0, 40).Select(_ => pair.OnClient.SendAndConfirmAsync(new byte[1000]).AsTask()).ToArray();

        pair.OnServer.Abort(300);

        var exception = await Net.FailsWith(UdpackError.StreamAborted, confirmations[^1]);
        Assert.Equal((ushort)300, exception.ApplicationCode);
    }

    [Fact]
    public async Task Disposing_delivers_what_was_accepted_and_does_not_wait()
    {
        await using var pair = await Pair.ConnectAsync();
        UdpackStream stream;
        await using (stream = await pair.OnClient.OpenStreamAsync().Soon())
        {
            await stream.SendTextAsync("one");
            await stream.SendTextAsync("two");
        }

        await stream.WritesClosed.Soon();
        var onServer = await pair.OnServer.AcceptStreamAsync().Soon();
        Assert.Equal("one", await onServer.ReceiveTextAsync());
        Assert.Equal("two", await onServer.ReceiveTextAsync());
        Assert.Null(await onServer.ReceiveTextAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReceiveAsync().Soon());
        await stream.DisposeAsync();
        await onServer.DisposeAsync();
        await pair.OnClient.Loop.TurnsUntil(() => pair.OnClient.GetStatistics().OpenStreams == 0);
    }

    [Fact]
    public async Task A_peer_that_sends_on_after_a_dispose_is_stopped_but_keeps_what_it_was_sent()
    {
        await using var pair = await StreamPair.OpenAsync();
        await pair.OnClient.SendTextAsync("kept");
        await pair.OnClient.DisposeAsync();
        await pair.OnClient.WritesClosed.Soon();

        var exception = await Net.FailsWith(UdpackError.StreamAborted, Task.Run(async () =>
        {
            while (true)
            {
                await pair.OnServer.SendAsync(new byte[1000]);
            }
        }));

        Assert.Equal((ushort)0, exception.ApplicationCode);
        Assert.Equal("kept", await pair.OnServer.ReceiveTextAsync());
        Assert.Null(await pair.OnServer.ReceiveTextAsync());
    }

    [Fact]
    public async Task Closing_the_session_delivers_what_its_streams_accepted_however_closely_it_follows()
    {
        await using var listener = Net.Listen();
        await using var client = Net.Client(listener);
        for (var i = 0; i < 100; i++)
        {
            var session = await client.ConnectAsync().Soon();
            var accepted = await listener.AcceptSessionAsync().Soon();
            var streams = new[] { await session.OpenStreamAsync().Soon(), await session.OpenStreamAsync().Soon() };
            foreach (var stream in streams)
            {
                await stream.SendTextAsync("a");
                await stream.SendTextAsync("b");
            }

            await streams[0].DisposeAsync();
            await session.CloseAsync().Soon();

            var first = await accepted.AcceptStreamAsync().Soon();
            Assert.Equal("a", await first.ReceiveTextAsync());
            Assert.Equal("b", await first.ReceiveTextAsync());
            Assert.Null(await first.ReceiveTextAsync());
            var second = await accepted.AcceptStreamAsync().Soon();
            Assert.Equal("a", await second.ReceiveTextAsync());
            Assert.Equal("b", await second.ReceiveTextAsync());

            // It was not completed, so its end is no end of the stream.
            await Net.FailsWith(UdpackError.SessionClosed, second.ReceiveAsync().AsTask());
            await Net.FailsWith(UdpackError.SessionClosed, streams[1].SendAsync(new byte[1]).AsTask());
        }
    }

    [Fact]
    public async Task Streams_end_with_their_session_and_say_why()
    {
        await using var pair = await StreamPair.OpenAsync(null, listening => listening.StreamCreditBytes = listening.MaxStreamCreditBytes = 16 * 1024);
        await pair.OnServer.SendAndConfirmAsync("kept"u8.ToArray()).Soon();
        var confirmations = Enumerable.Range(0, 40).Select(_ => pair.OnClient.SendAndConfirmAsync(new byte[1000]).AsTask()).ToArray();
        var receiving = pair.Sessions.OnServer.ReceiveAsync().AsTask();

        pair.Sessions.OnServer.Abort(300);

        Assert.Equal((ushort)300, (await Net.FailsWith(UdpackError.SessionAborted, confirmations[^1])).ApplicationCode);
        await Net.FailsWith(UdpackError.SessionAborted, receiving);
        await Net.FailsWith(UdpackError.SessionAborted, pair.OnClient.WritesClosed);
        await Net.FailsWith(UdpackError.SessionAborted, pair.OnClient.ReadsClosed);
        await Net.FailsWith(UdpackError.SessionAborted, pair.OnClient.SendAsync(new byte[1]).AsTask());
        Assert.Equal("kept", await pair.OnClient.ReceiveTextAsync());
        await Net.FailsWith(UdpackError.SessionAborted, pair.OnClient.ReceiveAsync().AsTask());
    }

    [Fact]
    public async Task Streams_of_a_loop_that_died_leave_nobody_waiting()
    {
        await using var pair = await StreamPair.OpenAsync();
        var receiving = pair.OnServer.ReceiveAsync().AsTask();
        var confirmed = new List<Task>();
        var opening = Task.CompletedTask;
        pair.Sessions.Listener.Loop.Post(_ =>
        {
            confirmed.Add(pair.OnServer.SendAndConfirmAsync(new byte[1000]).AsTask());
            opening = pair.Sessions.OnServer.OpenStreamAsync().AsTask();
            throw new InvalidOperationException("a bug");
        });

        await Net.FailsWith(UdpackError.SessionAborted, receiving);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Sessions.Listener.Completion.Soon());
        await Net.FailsWith(UdpackError.SessionAborted, Assert.Single(confirmed));
        await Net.FailsWith(UdpackError.SessionAborted, opening);
        await Net.FailsWith(UdpackError.SessionAborted, pair.OnServer.ReadsClosed);
        await pair.OnServer.DisposeAsync();
    }
}
