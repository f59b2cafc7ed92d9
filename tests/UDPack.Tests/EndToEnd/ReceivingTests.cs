using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class ReceivingTests
{
    [Fact]
    public async Task A_second_receive_while_one_waits_is_refused_and_the_first_goes_on()
    {
        await using var pair = await Pair.ConnectAsync();
        var first = pair.OnServer.ReceiveAsync().AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(() => pair.OnServer.ReceiveAsync().AsTask());

        await pair.OnClient.SendAsync("x"u8.ToArray()).Soon();
        using var packet = await first.Soon();
        Assert.Equal(1, packet.Length);
    }

    [Fact]
    public async Task A_cancelled_receive_loses_no_packet()
    {
        await using var pair = await Pair.ConnectAsync();
        for (var i = 0; i < 100; i++)
        {
            using var cancel = new CancellationTokenSource();
            var receiving = pair.OnServer.ReceiveAsync(cancel.Token).AsTask();
            await pair.OnClient.SendAsync(BitConverter.GetBytes(i)).Soon();
            await cancel.CancelAsync();
            try
            {
                using var packet = await receiving.Soon();
                Assert.Equal(i, BitConverter.ToInt32(packet.Span));
            }
            catch (OperationCanceledException)
            {
                using var packet = await pair.OnServer.ReceiveAsync().Soon();
                Assert.Equal(i, BitConverter.ToInt32(packet.Span));
            }
        }
    }

    [Fact]
    public async Task Reading_all_ends_normally_after_a_graceful_close()
    {
        await using var pair = await Pair.ConnectAsync();
        await pair.OnClient.SendAsync("a"u8.ToArray()).Soon();
        await pair.OnClient.SendAsync("b"u8.ToArray()).Soon();
        await pair.OnClient.CloseAsync(7).Soon();

        var count = 0;
        await foreach (var packet in pair.OnServer.ReadAllAsync())
        {
            packet.Dispose();
            count++;
        }

        Assert.Equal(2, count);
        Assert.True(pair.OnServer.CloseReason!.IsGraceful);
        Assert.Equal((ushort)7, pair.OnServer.CloseReason.ApplicationCode);
    }

    [Fact]
    public async Task Reading_all_throws_when_the_session_was_aborted()
    {
        await using var pair = await Pair.ConnectAsync();
        pair.OnClient.Abort(9);

        var exception = await Net.FailsWith(UdpackError.SessionAborted, Task.Run(async () =>
        {
            await foreach (var packet in pair.OnServer.ReadAllAsync())
            {
                packet.Dispose();
            }
        }));

        Assert.Equal((ushort)9, exception.ApplicationCode);
        Assert.Contains("9", exception.Message, StringComparison.Ordinal);
        Assert.False(pair.OnServer.CloseReason!.IsGraceful);
    }

    [Fact]
    public async Task Packets_that_are_there_can_be_taken_without_waiting()
    {
        await using var pair = await Pair.ConnectAsync();
        Assert.False(pair.OnServer.TryReceive(out _));

        await pair.OnClient.SendAndConfirmAsync("x"u8.ToArray()).Soon();

        Assert.True(pair.OnServer.TryReceive(out var packet));
        packet.Dispose();
        Assert.Throws<ObjectDisposedException>(() => packet.Length);
    }

    [Fact]
    public async Task Packets_the_peer_sent_before_it_closed_are_read_after_the_end()
    {
        await using var pair = await Pair.ConnectAsync();
        const int count = 2000;
        for (var i = 0; i < count; i++)
        {
            await pair.OnClient.SendAsync(BitConverter.GetBytes(i)).Soon();
        }

        await pair.OnClient.CloseAsync().Soon();
        await pair.OnServer.Closed.Fired();

        for (var i = 0; i < count; i++)
        {
            using var packet = await pair.OnServer.ReceiveAsync().Soon();
            Assert.Equal(i, BitConverter.ToInt32(packet.Span));
        }

        await Net.FailsWith(UdpackError.SessionClosed, pair.OnServer.ReceiveAsync().AsTask());
    }
}
