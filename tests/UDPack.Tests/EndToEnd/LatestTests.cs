using System.Text;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

/// <summary>Values of keys, and messages in sequence.</summary>
public class LatestTests
{
    [Fact]
    public async Task Values_go_both_ways_with_their_keys()
    {
        await using var pair = await Pair.ConnectAsync();
        pair.OnClient.SendLatest(0, "zero"u8);
        Assert.Equal((0u, "zero"), await ReceiveAsync(pair.OnServer));

        var waiting = ReceiveAsync(pair.OnClient);
        pair.OnServer.SendLatest(uint.MaxValue, "last"u8);
        Assert.Equal((uint.MaxValue, "last"), await waiting);

        await pair.OnClient.Loop.TurnsUntil(() => pair.OnClient.GetStatistics().BytesInFlight == 0);
        var figures = pair.OnClient.GetStatistics();
        Assert.Equal((1, 1, 0), (figures.ValuesSent, figures.ValuesReceived, figures.ValuesReplaced));
    }

    [Fact]
    public async Task A_value_that_nobody_took_is_replaced_by_a_newer_one_and_keeps_its_turn()
    {
        await using var pair = await Pair.ConnectAsync();
        foreach (var (key, value) in new[] { (1u, "a"), (2u, "b"), (1u, "c"), (1u, "d") })
        {
            pair.OnClient.SendLatest(key, Encoding.UTF8.GetBytes(value));
            await pair.OnClient.Loop.TurnAsync();
        }

        await pair.Listener.Loop.TurnsUntil(() => pair.OnServer.GetStatistics().ValuesReceived == 4);

        Assert.Equal((1u, "d"), await ReceiveAsync(pair.OnServer));
        Assert.Equal((2u, "b"), await ReceiveAsync(pair.OnServer));
        Assert.False(pair.OnServer.TryReceiveLatest(out _));
    }

    [Fact]
    public async Task Only_so_many_keys_may_wait_and_those_that_do_can_still_be_set()
    {
        await using var pair = await Pair.ConnectAsync();
        using var held = new ManualResetEventSlim();
        pair.OnClient.Loop.Post(_ => held.Wait(Patience.Limit));
        for (uint key = 0; key < UdpackSession.MaxLatestKeys; key++)
        {
            Assert.True(pair.OnClient.TrySendLatest(key, "old"u8));
        }

        Assert.False(pair.OnClient.TrySendLatest(5000, "x"u8));
        Assert.Equal(UdpackError.TooManyKeys, Assert.Throws<UdpackException>(() => pair.OnClient.SendLatest(5000, "x"u8)).Error);
        pair.OnClient.SendLatest(7, "new"u8);
        Assert.Equal(1, pair.OnClient.GetStatistics().ValuesReplaced);
        held.Set();

        var received = new Dictionary<uint, string>();
        while (received.Count < UdpackSession.MaxLatestKeys)
        {
            var (key, value) = await ReceiveAsync(pair.OnServer);
            Assert.True(received.TryAdd(key, value));
        }

        Assert.Equal(["new"], received.Values.Where(static value => value != "old"));

        // What is acknowledged makes room.
        await pair.OnClient.Loop.TurnsUntil(() => pair.OnClient.TrySendLatest(5000, "x"u8));
        Assert.Equal((5000u, "x"), await ReceiveAsync(pair.OnServer));
    }

    [Fact]
    public async Task A_receiver_that_takes_nothing_holds_so_many_keys_and_gets_the_others_once_it_does()
    {
        const int keys = UdpackSession.MaxLatestKeys + 300;
        await using var pair = await Pair.ConnectAsync();
        for (uint key = 0; key < keys; key++)
        {
            await pair.OnClient.Loop.TurnsUntil(() => pair.OnClient.TrySendLatest(key, BitConverter.GetBytes(key)));
        }

        await pair.Listener.Loop.TurnsUntil(() => pair.Listener.GetStatistics().Dropped[DropReason.ValueNotTaken] > 0);
        Assert.Equal(UdpackSession.MaxLatestKeys, pair.OnServer.GetStatistics().ValuesReceived);

        var received = new HashSet<uint>();
        while (received.Count < keys)
        {
            using var value = await pair.OnServer.ReceiveLatestAsync().Soon();
            Assert.Equal(value.Key, BitConverter.ToUInt32(value.Span));
            Assert.True(received.Add(value.Key));
        }
    }

    [Fact]
    public async Task The_largest_value_passes_on_every_path_and_a_larger_one_is_refused_with_both_sizes()
    {
        await using var pair = await Pair.ConnectAsync(
            options => options.Session.MaxUdpPayloadBytes = 1200, options => options.Session.MaxUdpPayloadBytes = 1200);
        var exception = Assert.Throws<UdpackException>(() => pair.OnClient.TrySendLatest(1, new byte[1153]));
        Assert.Equal(UdpackError.PacketTooLarge, exception.Error);
        Assert.Contains("1,153", exception.Message, StringComparison.Ordinal);
        Assert.Contains("1,152", exception.Message, StringComparison.Ordinal);
        pair.OnClient.SendLatest(1, new byte[1152]);

        using var value = await pair.OnServer.ReceiveLatestAsync().Soon();
        Assert.Equal((1152, 1u, 0, 0L), (value.Length, value.Key, value.Lane, value.Number));
    }

    [Fact]
    public async Task A_graceful_close_delivers_and_nothing_is_sent_or_waited_for_after_the_end()
    {
        await using var pair = await Pair.ConnectAsync();
        pair.OnClient.SendLatest(1, "left"u8);
        await pair.OnClient.CloseAsync(300).Soon();
        await pair.Listener.Loop.TurnsUntil(() => pair.OnServer.CloseReason is not null);

        Assert.Equal((1u, "left"), await ReceiveAsync(pair.OnServer));
        Assert.Equal((ushort)300, (await Net.FailsWith(UdpackError.SessionClosed, pair.OnServer.ReceiveLatestAsync().AsTask())).ApplicationCode);
        await Net.FailsWith(UdpackError.SessionClosed, pair.OnClient.ReceiveLatestAsync().AsTask());
        Assert.False(pair.OnClient.TrySendLatest(1, "x"u8));
        Assert.Equal(UdpackError.SessionClosed, Assert.Throws<UdpackException>(() => pair.OnClient.SendLatest(1, "x"u8)).Error);
        Assert.False(pair.OnServer.TryReceiveLatest(out _));
    }

    [Fact]
    public async Task Sequenced_messages_tell_lane_and_number_and_leave_gaps_for_what_was_dropped()
    {
        await using var pair = await Pair.ConnectAsync(null, options => options.Session.DatagramQueueBytes = 1000);
        pair.OnClient.SendSequenced(1, "one"u8);
        Assert.Equal((1, 1L, "one"), await ReceiveMessageAsync(pair.OnServer));
        pair.OnClient.SendSequenced(255, "other"u8);
        Assert.Equal((255, 1L, "other"), await ReceiveMessageAsync(pair.OnServer));

        using var held = new ManualResetEventSlim();
        pair.OnClient.Loop.Post(_ => held.Wait(Patience.Limit));
        for (var i = 0; i < 100; i++)
        {
            pair.OnClient.SendSequenced(1, "xyz"u8);
        }

        held.Set();

        // 67 bytes each, with their share: 14 are kept.
        Assert.Equal((1, 101L - 13, "xyz"), await ReceiveMessageAsync(pair.OnServer));
        pair.OnServer.SendDatagram("none"u8);
        Assert.Equal((0, 0L, "none"), await ReceiveMessageAsync(pair.OnClient));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    [InlineData(-1)]
    public async Task Lanes_that_do_not_exist_are_refused(int lane)
    {
        await using var pair = await Pair.ConnectAsync();
        Assert.Contains("1 to 255", Assert.Throws<ArgumentOutOfRangeException>(() => pair.OnClient.SendSequenced(lane, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sequenced_message_may_have_eight_bytes_less_than_another()
    {
        await using var pair = await Pair.ConnectAsync(
            options => options.Session.MaxUdpPayloadBytes = 1200, options => options.Session.MaxUdpPayloadBytes = 1200);
        Assert.Equal((1160, 1152), (pair.OnClient.MaxDatagramBytes, pair.OnClient.MaxSequencedBytes));
        Assert.Equal(UdpackError.PacketTooLarge, Assert.Throws<UdpackException>(() => pair.OnClient.TrySendSequenced(1, new byte[1153])).Error);
        pair.OnClient.SendSequenced(1, new byte[1152]);
        using var message = await pair.OnServer.ReceiveDatagramAsync().Soon();
        Assert.Equal((1152, 1, 0u), (message.Length, message.Lane, message.Key));

        pair.OnClient.Abort();
        await pair.OnClient.Loop.TurnsUntil(() => pair.OnClient.CloseReason is not null);
        Assert.False(pair.OnClient.TrySendSequenced(1, []));
        Assert.Throws<UdpackException>(() => pair.OnClient.SendSequenced(1, []));
    }

    private static async Task<(uint Key, string Value)> ReceiveAsync(UdpackSession session)
    {
        using var value = await session.ReceiveLatestAsync().Soon();
        return (value.Key, Encoding.UTF8.GetString(value.Span));
    }

    private static async Task<(int Lane, long Number, string Text)> ReceiveMessageAsync(UdpackSession session)
    {
        using var message = await session.ReceiveDatagramAsync().Soon();
        return (message.Lane, message.Number, Encoding.UTF8.GetString(message.Span));
    }
}
