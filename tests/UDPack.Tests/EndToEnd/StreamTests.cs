using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class StreamTests
{
    [Fact]
    public async Task Packets_go_both_ways_and_both_sides_know_the_stream()
    {
        await using var pair = await StreamPair.OpenAsync(new UdpackStreamOptions { Priority = 6 });

        await pair.OnClient.SendTextAsync("question");
        Assert.Equal("question", await pair.OnServer.ReceiveTextAsync());
        await pair.OnServer.SendAndConfirmAsync("answer"u8.ToArray()).Soon();
        Assert.True(pair.OnClient.TryReceive(out var answer));
        Assert.Equal((6, 1L, false, false), (answer.Length, answer.Number, answer.IsEnd, answer.IsSkipped));
        answer.Dispose();

        Assert.Equal(pair.OnClient.Id, pair.OnServer.Id);
        Assert.True(pair.OnClient.Id % 2 == 0, "the client's streams have even ids");
        Assert.Same(pair.Sessions.OnClient, pair.OnClient.Session);
        Assert.Equal((6, 3), (pair.OnClient.Priority, pair.OnServer.Priority));
        Assert.Equal((DeliveryMode.Ordered, DeliveryMode.Ordered), (pair.OnClient.Mode, pair.OnServer.Mode));
        Assert.Equal(pair.Sessions.OnClient.MaxPacketBytes, pair.OnClient.MaxPacketBytes);
        Assert.True(pair.OnClient.IsAccepted && pair.OnServer.IsAccepted);
    }

    [Fact]
    public async Task Data_may_be_sent_before_the_peer_accepts_and_waits_for_it()
    {
        await using var pair = await Pair.ConnectAsync();
        var onClient = await pair.OnClient.OpenStreamAsync().Soon();

        await onClient.SendAndConfirmAsync("early"u8.ToArray()).Soon();
        Assert.False(onClient.IsAccepted);
        Assert.Equal(1, pair.OnServer.GetStatistics().OpenStreams);

        var onServer = await pair.OnServer.AcceptStreamAsync().Soon();
        Assert.Equal("early", await onServer.ReceiveTextAsync());
        await pair.OnClient.Loop.TurnsUntil(() => onClient.IsAccepted);
    }

    [Fact]
    public async Task Both_sides_open_streams_and_each_accepts_the_others()
    {
        await using var pair = await Pair.ConnectAsync();
        var accepting = pair.OnClient.AcceptStreamAsync().AsTask();
        var byServer = await pair.OnServer.OpenStreamAsync().Soon();
        await byServer.SendTextAsync("from the server");

        var onClient = await accepting.Soon();

        Assert.Equal(1u, onClient.Id % 2);
        Assert.Equal("from the server", await onClient.ReceiveTextAsync());
    }

    [Fact]
    public async Task Many_streams_at_once_keep_their_packets_apart()
    {
        const int streams = 300;
        const int packets = 20;
        await using var pair = await Pair.ConnectAsync();
        var serving = Task.Run(async () =>
        {
            var echoes = new List<Task>();
            await foreach (var stream in pair.OnServer.AcceptStreamsAsync())
            {
                echoes.Add(Task.Run(stream.EchoAsync));
            }

            await Task.WhenAll(echoes);
            return echoes.Count;
        });

        // More than the 128 the server allows at once: opening waits for its turn.
        await Task.WhenAll(Enumerable.Range(0, streams).Select(number => Task.Run(async () =>
        {
            await using var stream = await pair.OnClient.OpenStreamAsync();
            for (var i = 0; i < packets; i++)
            {
                await stream.SendTextAsync($"{number}:{i}");
            }

            stream.CompleteWrites();
            for (var i = 0; i < packets; i++)
            {
                Assert.Equal($"{number}:{i}", await stream.ReceiveTextAsync());
            }

            Assert.Null(await stream.ReceiveTextAsync());
        }))).Soon();

        await pair.OnClient.CloseAsync().Soon();
        Assert.Equal(streams, await serving.Soon());
        Assert.Equal(streams, pair.Listener.GetStatistics().StreamsOpened);
    }

    [Fact]
    public async Task A_slow_reader_of_one_stream_holds_up_neither_others_nor_the_session()
    {
        await using var pair = await Pair.ConnectAsync(options => options.Session.StreamCreditBytes = options.Session.MaxStreamCreditBytes = 16 * 1024);
        var (slow, _) = await pair.OpenAsync();
        while (slow.TrySend(new byte[1000]))
        {
            // Until its buffer is full, which takes more than the credit.
        }

        var (other, onServer) = await pair.OpenAsync();
        await other.SendTextAsync("through");
        Assert.Equal("through", await onServer.ReceiveTextAsync());
        await pair.OnClient.SendAsync("too"u8.ToArray()).Soon();
        Assert.Equal("too", await pair.OnServer.ReceiveTextAsync());
    }

    [Fact]
    public async Task Sending_waits_while_the_reader_is_slow_and_goes_on_when_it_reads()
    {
        const int credit = 16 * 1024;
        const int total = 200;
        await using var pair = await StreamPair.OpenAsync(
            null,
            listening => listening.StreamCreditBytes = listening.MaxStreamCreditBytes = credit,
            connecting => connecting.SendBufferBytes = connecting.MaxSendBufferBytes = credit);
        var sent = 0;
        ValueTask send = default;
        while (sent < total)
        {
            send = pair.OnClient.SendAsync(BitConverter.GetBytes(sent).Concat(new byte[996]).ToArray());
            if (!send.IsCompleted && sent > (2 * credit / 1064) - 3)
            {
                break;
            }

            await send.Soon();
            sent++;
        }

        Assert.InRange(sent, 1, (2 * credit / 1064) + 1);
        var rest = Task.Run(async () =>
        {
            await send;
            for (sent++; sent < total; sent++)
            {
                await pair.OnClient.SendAsync(BitConverter.GetBytes(sent).Concat(new byte[996]).ToArray());
            }
        });

        for (var i = 0; i < total; i++)
        {
            using var packet = await pair.OnServer.ReceiveAsync().Soon();
            Assert.Equal(i, BitConverter.ToInt32(packet.Span));
        }

        await rest.Soon();
    }

    [Fact]
    public async Task The_largest_packet_goes_through_a_stream_whose_credit_is_small()
    {
        await using var pair = await StreamPair.OpenAsync(null, listening => listening.StreamCreditBytes = listening.MaxStreamCreditBytes = 16 * 1024);
        var content = new byte[pair.OnClient.MaxPacketBytes];
        new Random(1).NextBytes(content);

        // Something small before it, taken and not worth a report by itself: the large one needs all of the credit.
        await pair.OnClient.SendTextAsync("small");
        Assert.Equal("small", await pair.OnServer.ReceiveTextAsync());
        var sending = pair.OnClient.SendAndConfirmAsync(content).AsTask();

        using var packet = await pair.OnServer.ReceiveAsync().Soon();
        Assert.Equal(16 * 1024 * 1024, packet.Length);
        Assert.True(packet.Span.SequenceEqual(content));
        await sending.Soon();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Packets_that_need_nearly_all_credit_never_get_stuck_behind_what_was_taken_unreported(bool onStream)
    {
        const int credit = 64 * 1024;
        await using var pair = await StreamPair.OpenAsync(
            null,
            listening =>
            {
                listening.StreamCreditBytes = listening.MaxStreamCreditBytes = credit;
                listening.SessionCreditBytes = listening.MaxSessionCreditBytes = credit;
            });
        int[] sizes = [5_000, credit - 100, 1, 7_000, credit - 64, 10, credit, 3, 2 * credit, 4_000];
        var sending = Task.Run(async () =>
        {
            foreach (var size in sizes)
            {
                await (onStream ? pair.OnClient.SendAsync(new byte[size]) : pair.Sessions.OnClient.SendAsync(new byte[size]));
            }
        });

        foreach (var size in sizes)
        {
            using var packet = await (onStream ? pair.OnServer.ReceiveAsync() : pair.Sessions.OnServer.ReceiveAsync()).Soon();
            Assert.Equal(size, packet.Length);
        }

        await sending.Soon();
    }

    [Fact]
    public async Task A_packet_too_large_is_refused_with_its_size_and_the_limit()
    {
        await using var pair = await StreamPair.OpenAsync(null, listening => listening.MaxPacketBytes = 5_000);
        var packet = new byte[5_001];

        var exception = await Net.FailsWith(UdpackError.PacketTooLarge, Task.Run(() => pair.OnClient.SendAsync(packet).AsTask()));
        Assert.Contains("5,001", exception.Message, StringComparison.Ordinal);
        Assert.Contains("5,000", exception.Message, StringComparison.Ordinal);
        Assert.Equal(UdpackError.PacketTooLarge, Assert.Throws<UdpackException>(() => pair.OnClient.TrySend(packet)).Error);
        await pair.OnClient.SendAsync(packet.AsMemory(1)).Soon();
        using var received = await pair.OnServer.ReceiveAsync().Soon();
        Assert.Equal(5_000, received.Length);
    }

    [Fact]
    public async Task Only_one_receive_may_wait_and_cancelling_it_loses_nothing()
    {
        await using var pair = await StreamPair.OpenAsync();
        using var cancel = new CancellationTokenSource();
        var first = pair.OnServer.ReceiveAsync(cancel.Token).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.OnServer.ReceiveAsync().AsTask());

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Soon());
        await pair.OnClient.SendTextAsync("x");
        Assert.Equal("x", await pair.OnServer.ReceiveTextAsync());
    }

    [Theory]
    [InlineData(8, null, DeliveryMode.Ordered, null)]
    [InlineData(-1, null, DeliveryMode.Ordered, null)]
    [InlineData(3, 10, DeliveryMode.Ordered, null)]
    [InlineData(3, null, DeliveryMode.Deadline, null)]
    [InlineData(3, 0, DeliveryMode.Deadline, null)]
    [InlineData(3, null, (DeliveryMode)9, null)]
    [InlineData(3, null, DeliveryMode.Ordered, 0)]
    public async Task Options_that_make_no_sense_are_refused(int priority, int? deadlineMs, DeliveryMode delivery, int? buffer)
    {
        await using var pair = await Pair.ConnectAsync();
        var options = new UdpackStreamOptions
        {
            Priority = priority,
            Deadline = deadlineMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
            Delivery = delivery,
            SendBufferBytes = buffer,
        };

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await pair.OnClient.OpenStreamAsync(options));
    }
}
