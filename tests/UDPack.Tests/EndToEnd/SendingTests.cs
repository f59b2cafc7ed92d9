using System.Buffers.Binary;
using UDPack.Protocol;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class SendingTests
{
    private const int Credit = 16 * 1024;

    [Fact]
    public async Task Packets_of_all_sizes_arrive_in_order()
    {
        // All that fit one datagram, and around them; and what needs many.
        int[] sizes = [.. Enumerable.Range(0, 1500), 10_000, 65_535, 65_536, 300_000, 1_000_000];
        await using var pair = await Pair.ConnectAsync();
        var sending = Task.Run(async () =>
        {
            foreach (var size in sizes)
            {
                await pair.OnClient.SendAsync(Enumerable.Repeat((byte)size, size).ToArray());
            }
        });

        foreach (var size in sizes)
        {
            using var packet = await pair.OnServer.ReceiveAsync().Soon();
            Assert.Equal(size, packet.Length);
            Assert.True(packet.Span.IndexOfAnyExcept((byte)size) < 0);
        }

        await sending.Soon();
    }

    [Fact]
    public async Task The_largest_packet_arrives()
    {
        await using var pair = await Pair.ConnectAsync();
        Assert.Equal(16 * 1024 * 1024, pair.OnClient.MaxPacketBytes);
        var content = new byte[pair.OnClient.MaxPacketBytes];
        Random.Shared.NextBytes(content);

        var sending = pair.OnClient.SendAndConfirmAsync(content).AsTask();
        using var packet = await pair.OnServer.ReceiveAsync().Soon();

        Assert.True(packet.Span.SequenceEqual(content));
        await sending.Soon();
    }

    [Fact]
    public async Task A_packet_too_large_is_refused_by_every_way_to_send()
    {
        await using var pair = await Pair.ConnectAsync();
        var packet = new byte[pair.OnClient.MaxPacketBytes + 1];

        Assert.Equal(UdpackError.PacketTooLarge, Assert.Throws<UdpackException>(() => pair.OnClient.TrySend(packet)).Error);
        await Net.FailsWith(UdpackError.PacketTooLarge, Task.Run(() => pair.OnClient.SendAsync(packet).AsTask()));
        await Net.FailsWith(UdpackError.PacketTooLarge, pair.OnClient.SendAndConfirmAsync(packet).AsTask());
        Assert.Equal(SessionState.Ready, pair.OnClient.State);
    }

    [Fact]
    public async Task Sending_waits_while_the_peer_does_not_read_and_goes_on_when_it_does()
    {
        await using var pair = await Pair.ConnectAsync(
            options => options.Session.SessionCreditBytes = options.Session.MaxSessionCreditBytes = Credit,
            options => options.Session.SendBufferBytes = options.Session.MaxSendBufferBytes = Credit);
        var sent = 0;
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        const int total = 500;

        // What the peer's credit (256 for each packet) and the buffer (64) hold together. An earlier wait may be over as soon as something is acknowledged.
        const int most = (Credit / 1256) + (Credit / 1064);
        var sending = Task.Run(async () =>
        {
            var packet = new byte[1000];
            for (; sent < total; sent++)
            {
                BinaryPrimitives.WriteInt32BigEndian(packet, sent);
                var send = pair.OnClient.SendAsync(packet);
                if (!send.IsCompleted && sent >= most)
                {
                    full.TrySetResult();
                }

                await send;
            }
        });

        await full.Task.Soon();
        Assert.Equal(most, sent);
        Assert.False(pair.OnClient.TrySend(new byte[1000]), "nobody passes who waits");

        for (var i = 0; i < total; i++)
        {
            using var packet = await pair.OnServer.ReceiveAsync().Soon();
            Assert.Equal(i, BinaryPrimitives.ReadInt32BigEndian(packet.Span));
        }

        await sending.Soon();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_large_send_that_is_cancelled_lets_in_the_small_one_behind_it(bool onStream)
    {
        await using var pair = await Pair.ConnectAsync(
            options => options.Session.SessionCreditBytes = options.Session.MaxSessionCreditBytes = Credit,
            options => options.Session.SendBufferBytes = options.Session.MaxSendBufferBytes = 2 * Credit);
        var stream = onStream ? await pair.OnClient.OpenStreamAsync().Soon() : null;
        ValueTask SendAsync(byte[] packet, CancellationToken token = default) =>
            stream?.SendAsync(packet, token) ?? pair.OnClient.SendAsync(packet, token);

        // The credit and a part of the buffer; nobody reads.
        for (var i = 0; i < 20; i++)
        {
            await SendAsync(new byte[1000]).Soon();
        }

        using var cancel = new CancellationTokenSource();
        var large = SendAsync(new byte[4 << 20], cancel.Token).AsTask();
        var small = SendAsync(new byte[10]).AsTask();
        Assert.False(large.IsCompleted || small.IsCompleted);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large.Soon());
        await small.Soon();

        // And it goes out as soon as it may.
        var source = onStream ? await pair.OnServer.AcceptStreamAsync().Soon() : null;
        for (var i = 0; i < 21; i++)
        {
            using var packet = await (source?.ReceiveAsync() ?? pair.OnServer.ReceiveAsync()).Soon();
            Assert.Equal(i < 20 ? 1000 : 10, packet.Length);
        }
    }

    [Fact]
    public async Task A_send_that_waits_can_be_cancelled_and_its_packet_is_not_sent()
    {
        await using var pair = await Pair.ConnectAsync(
            options => options.Session.SessionCreditBytes = options.Session.MaxSessionCreditBytes = Credit,
            options => options.Session.SendBufferBytes = options.Session.MaxSendBufferBytes = 1100);
        var accepted = 0;
        ValueTask waiting;
        using var cancel = new CancellationTokenSource();
        while (true)
        {
            waiting = pair.OnClient.SendAsync(new byte[1000], cancel.Token);
            if (!waiting.IsCompleted && accepted > Credit / 1256)
            {
                break;
            }

            await waiting.Soon();
            accepted++;
        }

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());

        for (var i = 0; i < accepted; i++)
        {
            (await pair.OnServer.ReceiveAsync().Soon()).Dispose();
        }

        await pair.OnClient.SendAsync("last"u8.ToArray()).Soon();
        Assert.Equal("last", await pair.OnServer.ReceiveTextAsync());
    }

    [Fact]
    public async Task A_confirmed_send_ends_only_with_the_acknowledgement()
    {
        await using var listener = Net.Listen();
        await using var relay = new Relay(listener.LocalEndPoint);
        await using var client = new UdpackClient(Net.ClientOptions(relay.EndPoint));
        await using var session = await client.ConnectAsync().Soon();
        await using var accepted = await listener.AcceptSessionAsync().Soon();
        await session.SendAndConfirmAsync("one"u8.ToArray()).Soon();

        relay.IsBlackHole = true;
        var confirmed = session.SendAndConfirmAsync("two"u8.ToArray()).AsTask();
        await session.Loop.TurnAsync();
        Assert.False(confirmed.IsCompleted);
        Assert.True(session.GetStatistics().BytesInFlight > 0);

        relay.IsBlackHole = false;
        await confirmed.Soon();
        Assert.Equal("one", await accepted.ReceiveTextAsync());
        Assert.Equal("two", await accepted.ReceiveTextAsync());
    }

    [Fact]
    public async Task Confirmations_that_never_come_fail_with_the_session()
    {
        await using var pair = await Pair.ConnectAsync(options => options.Session.SessionCreditBytes = Credit);
        var confirmations = Enumerable.Range(0, 60).Select(_ => pair.OnClient.SendAndConfirmAsync(new byte[1000]).AsTask()).ToArray();

        pair.OnClient.Abort();

        foreach (var confirmation in confirmations)
        {
            var exception = await Record.ExceptionAsync(() => confirmation.Soon());
            Assert.True(exception is null or UdpackException, exception?.ToString());
        }

        Assert.Contains(confirmations, task => task.IsFaulted);
    }

    [Fact]
    public async Task Many_senders_at_once_lose_nothing()
    {
        await using var pair = await Pair.ConnectAsync(null, options => options.Session.SendBufferBytes = 4096);
        const int senders = 8;
        const int each = 500;
        var sending = Enumerable.Range(0, senders).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                await pair.OnClient.SendAsync(BitConverter.GetBytes((sender * each) + i));
            }
        })).ToArray();

        var next = Enumerable.Range(0, senders).Select(sender => sender * each).ToArray();
        for (var i = 0; i < senders * each; i++)
        {
            using var packet = await pair.OnServer.ReceiveAsync().Soon();
            var number = BitConverter.ToInt32(packet.Span);
            Assert.Equal(next[number / each]++, number);
        }

        await Task.WhenAll(sending).Soon();
    }

    [Fact]
    public async Task Statistics_count_what_went_through()
    {
        await using var pair = await Pair.ConnectAsync();
        await pair.OnClient.SendAndConfirmAsync("x"u8.ToArray()).Soon();

        var sent = pair.OnClient.GetStatistics();
        Assert.Equal(1, sent.PacketsSent);
        Assert.True(sent.SmoothedRtt > TimeSpan.Zero && sent.MinRtt <= sent.SmoothedRtt);
        Assert.Equal(1, pair.OnServer.GetStatistics().PacketsReceived);
        var counters = pair.Listener.GetStatistics();
        Assert.Equal(1, counters.HandshakesCompleted);
        Assert.True(counters.DatagramsReceived >= 2 && counters.BytesReceived > 300);
    }
}
