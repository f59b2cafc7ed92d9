using System.Text;
using Microsoft.Extensions.Hosting;
using static UDPack.Hosting.UdpackConnectionState;

namespace UDPack.Hosting.Tests.Clients;

/// <summary>What sends and receives do while sessions come and go.</summary>
public sealed class PendingSendsTests
{
    [Fact]
    public async Task Sends_wait_for_the_first_session()
    {
        await using var world = new ClientWorld();
        await world.RunAsync(async () =>
        {
            var plain = world.Connection.SendAsync("one"u8.ToArray()).AsTask();
            var confirmed = world.Connection.SendAndConfirmAsync("two"u8.ToArray()).AsTask();
            var stream = world.Connection.OpenStreamAsync().AsTask();
            await world.DelayAsync(1);
            Assert.False(plain.IsCompleted || confirmed.IsCompleted || stream.IsCompleted);
            Assert.False(world.Connection.TrySendDatagram("lost"u8));
            await using var server = world.Listen();

            await plain;
            await confirmed;
            Assert.Equal(["one", "two"], server.Packets.Order());
            await (await stream).DisposeAsync();
            Assert.True(world.Connection.TrySendDatagram("may arrive"u8));
        });
    }

    [Fact]
    public async Task Sends_wait_for_the_next_session_after_one_was_lost()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.SendAndConfirmAsync("one"u8.ToArray());
            await server.DisposeAsync();
            await world.UntilAsync(Reconnecting);
            var sending = world.Connection.SendAndConfirmAsync("two"u8.ToArray());
            await world.DelayAsync(5);
            await using var again = world.Listen();
            await sending;
            Assert.Equal(["two"], again.Packets);
        });
    }

    [Fact]
    public async Task Sends_that_wait_for_room_move_to_the_next_session()
    {
        await using var world = new ClientWorld(("Session:SendBufferBytes", "1200"), ("Session:MaxSendBufferBytes", "1200"));
        await world.RunWithServerAsync(async server =>
        {
            var first = await world.Connection.GetSessionAsync();
            world.Network.Blackhole(TimeSpan.FromSeconds(40));
            Assert.True(first.TrySend(Encoding.UTF8.GetBytes(new string('a', 1000))));
            var moved = new string('b', 1000);
            var waiting = world.Connection.SendAsync(Encoding.UTF8.GetBytes(moved)).AsTask();
            await world.UntilAsync(Reconnecting);
            Assert.False(waiting.IsCompleted);
            await waiting;
            await world.DelayAsync(1);
            Assert.Equal([moved], server.Packets);
            await server.DisposeAsync();
        });
    }

    [Fact]
    public async Task Sends_fail_at_once_if_they_are_not_to_wait()
    {
        await using var world = new ClientWorld(("PendingSends", "Fail"));
        await world.RunAsync(async () =>
        {
            await world.DelayAsync(1);
            foreach (var send in new Func<ValueTask>[]
            {
                () => world.Connection.SendAsync("one"u8.ToArray()),
                () => world.Connection.SendAndConfirmAsync("one"u8.ToArray()),
                async () => await world.Connection.OpenStreamAsync(),
            })
            {
                var exception = await Assert.ThrowsAsync<UdpackException>(async () => await send());
                Assert.Equal(UdpackError.NotConnected, exception.Error);
                Assert.Contains("'telemetry' has no session now (Connecting). The server's name server.example does not resolve", exception.Message, StringComparison.Ordinal);
            }

            await using var server = world.Listen();
            await world.Connection.GetSessionAsync();
            await world.Connection.SendAndConfirmAsync("two"u8.ToArray());
            Assert.Equal(["two"], server.Packets);
        });
    }

    [Fact]
    public async Task Waiting_can_be_cancelled_and_ends_with_the_connection()
    {
        await using var world = new ClientWorld();
        await world.RunAsync(async () =>
        {
            using var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(3), world.Network.TimeProvider);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await world.Connection.SendAsync("one"u8.ToArray(), impatient.Token));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await world.Connection.GetSessionAsync(impatient.Token));
            var sending = world.Connection.SendAsync("two"u8.ToArray()).AsTask();

            await world.Host.StopAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await world.Connection.SendAsync("three"u8.ToArray()));
        });
    }

    [Fact]
    public async Task A_packet_too_large_fails_and_waits_for_nothing()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(options => options.Session.MaxPacketBytes = 100, async server =>
        {
            await world.Connection.GetSessionAsync();
            var exception = await Assert.ThrowsAsync<UdpackException>(async () => await world.Connection.SendAsync(new byte[101]));
            Assert.Equal(UdpackError.PacketTooLarge, exception.Error);
        });
    }

    [Fact]
    public async Task A_send_that_is_not_confirmed_when_its_session_is_lost_says_so_and_is_not_sent_twice()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            await world.Connection.GetSessionAsync();
            world.Network.Blackhole(TimeSpan.FromMinutes(1));
            var exception = await Assert.ThrowsAsync<UdpackException>(async () => await world.Connection.SendAndConfirmAsync("one"u8.ToArray()));
            Assert.Equal(UdpackError.SessionExpired, exception.Error);
            await world.Connection.SendAndConfirmAsync("two"u8.ToArray());
            Assert.Equal(["two"], server.Packets);
        });
    }

    [Fact]
    public async Task Reading_goes_on_over_sessions_and_ends_with_the_connection()
    {
        await using var world = new ClientWorld();
        await world.RunAsync(async () =>
        {
            var reading = ReadAllAsync(world.Connection);
            var server = world.Listen();
            await world.Connection.SendAsync("one"u8.ToArray());
            await world.DelayAsync(1);
            await server.DisposeAsync();
            await world.UntilAsync(Reconnecting);
            await using var again = world.Listen();
            await world.Connection.SendAsync("two"u8.ToArray());
            await world.DelayAsync(1);
            await (await world.Connection.GetSessionAsync()).CloseAsync();
            Assert.Equal(["one", "two"], await reading);
            Assert.Equal(["two"], await ReadAllAsync(world.Connection, "two"));
        });
    }

    [Fact]
    public async Task A_slow_reader_gets_the_packets_of_sessions_that_have_gone()
    {
        await using var world = new ClientWorld();
        await world.RunWithServerAsync(async server =>
        {
            await using var packets = world.Connection.ReadAllAsync().GetAsyncEnumerator();
            await world.Connection.SendAsync("begin"u8.ToArray());
            Assert.Equal("begin", await NextAsync(packets));
            for (var i = 1; i <= 3; i++)
            {
                await world.Connection.SendAsync(Encoding.UTF8.GetBytes($"{i}"));
                await world.DelayAsync(1);
                await server.DisposeAsync();
                await world.UntilAsync(Reconnecting);
                server = world.Listen();
                await world.Connection.GetSessionAsync();
            }

            Assert.Equal(["1", "2", "3"], [await NextAsync(packets), await NextAsync(packets), await NextAsync(packets)]);
            await server.DisposeAsync();
        });
    }

    private static async Task<string> NextAsync(IAsyncEnumerator<UdpackPacket> packets)
    {
        Assert.True(await packets.MoveNextAsync());
        using var packet = packets.Current;
        return Encoding.UTF8.GetString(packet.Span);
    }

    private static async Task<List<string>> ReadAllAsync(UdpackConnection connection, params string[] already)
    {
        List<string> texts = [.. already];
        await foreach (var packet in connection.ReadAllAsync())
        {
            using (packet)
            {
                texts.Add(Encoding.UTF8.GetString(packet.Span));
            }
        }

        return texts;
    }
}
