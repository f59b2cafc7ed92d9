using System.Text;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class DatagramTests
{
    [Fact]
    public async Task Messages_go_both_ways()
    {
        await using var pair = await Pair.ConnectAsync();
        pair.OnClient.SendDatagram("ping"u8);
        Assert.Equal("ping", await ReceiveAsync(pair.OnServer));

        var waiting = ReceiveAsync(pair.OnClient);
        pair.OnServer.SendDatagram("pong"u8);
        Assert.Equal("pong", await waiting);

        var figures = pair.OnClient.GetStatistics();
        Assert.Equal((1, 1, 0), (figures.MessagesSent, figures.MessagesReceived, figures.MessagesDropped));
        Assert.Equal(1, pair.Listener.GetStatistics().MessagesReceived);
        Assert.Equal(1, pair.Listener.GetStatistics().MessagesSent);
    }

    [Fact]
    public async Task The_largest_message_passes_and_a_larger_one_is_refused_with_both_sizes()
    {
        await using var pair = await Pair.ConnectAsync(
            options => options.Session.MaxUdpPayloadBytes = 1200, options => options.Session.MaxUdpPayloadBytes = 1200);
        Assert.Equal(1160, pair.OnClient.MaxDatagramBytes);

        var exception = Assert.Throws<UdpackException>(() => pair.OnClient.SendDatagram(new byte[1161]));
        Assert.Equal(UdpackError.PacketTooLarge, exception.Error);
        Assert.Contains("1,161", exception.Message, StringComparison.Ordinal);
        Assert.Contains("1,160", exception.Message, StringComparison.Ordinal);
        pair.OnClient.SendDatagram(new byte[1160]);

        using var message = await pair.OnServer.ReceiveDatagramAsync().Soon();
        Assert.Equal((1160, 0L, false, false), (message.Length, message.Number, message.IsEnd, message.IsSkipped));
    }

    [Fact]
    public async Task Whoever_has_only_messages_that_are_too_large_for_now_soon_learns_that_the_path_carries_them()
    {
        await using var pair = await Pair.ConnectAsync(
            options => options.Session.MaxUdpPayloadBytes = 1400, options => options.Session.MaxUdpPayloadBytes = 1400);
        foreach (var (sender, loop) in new[] { (pair.OnClient, pair.OnClient.Loop), (pair.OnServer, pair.Listener.Loop) })
        {
            Assert.Throws<UdpackException>(() => sender.TrySendDatagram(new byte[1360]));
            await loop.TurnsUntil(() => sender.MaxDatagramBytes == 1360);
            Assert.True(sender.TrySendDatagram(new byte[1360]));
        }

        using var message = await pair.OnServer.ReceiveDatagramAsync().Soon();
        Assert.Equal(1360, message.Length);
    }

    [Fact]
    public async Task Of_too_many_that_wait_to_be_received_the_oldest_are_dropped()
    {
        await using var pair = await Pair.ConnectAsync(options => options.Session.DatagramQueueBytes = 1000);
        const int count = 100;
        for (var i = 0; i < count; i++)
        {
            pair.OnClient.SendDatagram(Encoding.UTF8.GetBytes($"{i:000}"));
            await pair.OnClient.Loop.TurnAsync();
        }

        await pair.Listener.Loop.TurnsUntil(() => pair.OnServer.GetStatistics().MessagesReceived == count);

        var received = new List<int>();
        while (pair.OnServer.TryReceiveDatagram(out var message))
        {
            using (message)
            {
                received.Add(int.Parse(Encoding.UTF8.GetString(message.Span), System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        // 67 bytes each, with their share.
        Assert.Equal(Enumerable.Range(count - 14, 14), received);
        Assert.Equal(count - 14, pair.OnServer.GetStatistics().MessagesDropped);
    }

    [Fact]
    public async Task Of_too_many_that_wait_to_be_sent_the_oldest_are_dropped()
    {
        await using var pair = await Pair.ConnectAsync(null, options => options.Session.DatagramQueueBytes = 1000);
        using var held = new ManualResetEventSlim();
        pair.OnClient.Loop.Post(_ => held.Wait(Patience.Limit));
        for (var i = 0; i < 100; i++)
        {
            pair.OnClient.SendDatagram(Encoding.UTF8.GetBytes($"{i:000}"));
        }

        held.Set();

        Assert.Equal("086", await ReceiveAsync(pair.OnServer));
        Assert.Equal(86, pair.OnClient.GetStatistics().MessagesDropped);
    }

    [Fact]
    public async Task Nothing_is_sent_or_waited_for_after_the_end()
    {
        await using var pair = await Pair.ConnectAsync();
        pair.OnClient.SendDatagram("left"u8);
        var waiting = pair.OnClient.ReceiveDatagramAsync().AsTask();
        await pair.Listener.Loop.TurnsUntil(() => pair.OnServer.GetStatistics().MessagesReceived == 1);

        await pair.OnServer.CloseAsync(300).Soon();

        Assert.Equal("left", await ReceiveAsync(pair.OnServer));
        Assert.Equal((ushort)300, (await Net.FailsWith(UdpackError.SessionClosed, waiting)).ApplicationCode);
        await Net.FailsWith(UdpackError.SessionClosed, pair.OnServer.ReceiveDatagramAsync().AsTask());
        Assert.Equal(UdpackError.SessionClosed, Assert.Throws<UdpackException>(() => pair.OnClient.SendDatagram("x"u8)).Error);
        Assert.False(pair.OnClient.TrySendDatagram("x"u8));
        Assert.False(pair.OnClient.TryReceiveDatagram(out _));
    }

    [Fact]
    public async Task A_broadcast_to_sessions_of_which_some_have_ended_throws_nothing()
    {
        await using var pair = await Pair.ConnectAsync();
        await using var other = Net.Client(pair.Listener);
        var gone = await other.ConnectAsync().Soon();
        var goneOnServer = await pair.Listener.AcceptSessionAsync().Soon();
        gone.Abort();
        await pair.Listener.Loop.TurnsUntil(() => goneOnServer.CloseReason is not null);

        Assert.Equal([false, true], new[] { goneOnServer, pair.OnServer }.Select(session => session.TrySendDatagram("all"u8)));
        Assert.Equal([false, true], new[] { goneOnServer, pair.OnServer }.Select(session => session.TrySend("all"u8)));

        Assert.Equal("all", await ReceiveAsync(pair.OnClient));
        Assert.Equal(UdpackError.PacketTooLarge, Assert.Throws<UdpackException>(() => pair.OnServer.TrySendDatagram(new byte[70_000])).Error);
    }

    [Fact]
    public async Task One_receive_of_messages_may_wait_beside_one_of_packets()
    {
        await using var pair = await Pair.ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var packet = pair.OnServer.ReceiveAsync().AsTask();
        var message = pair.OnServer.ReceiveDatagramAsync(cancel.Token).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.OnServer.ReceiveDatagramAsync().AsTask());

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => message.Soon());
        pair.OnClient.SendDatagram("x"u8);
        Assert.Equal("x", await ReceiveAsync(pair.OnServer));
        Assert.False(packet.IsCompleted);
    }

    private static async Task<string> ReceiveAsync(UdpackSession session)
    {
        using var message = await session.ReceiveDatagramAsync().Soon();
        return Encoding.UTF8.GetString(message.Span);
    }
}
