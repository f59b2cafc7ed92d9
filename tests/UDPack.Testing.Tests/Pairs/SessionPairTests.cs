using System.Security.Claims;
using System.Text;
using UDPack.Hosting;

namespace UDPack.Testing.Tests.Pairs;

/// <summary>Handlers under test without a network.</summary>
public sealed class SessionPairTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_handler_gets_the_servers_side_and_the_test_plays_the_client()
    {
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ada")], "test"));
        await using var pair = await SessionPair.ConnectAsync(new SessionPairOptions { User = user });
        var handler = new Greeter();
        var handling = handler.OnSessionAsync(pair.Server, CancellationToken.None);

        await pair.Client.SendAsync("hello"u8.ToArray());
        using (var answer = await pair.Client.ReceiveAsync().AsTask().WaitAsync(Patience))
        {
            Assert.Equal("ada says hello", Encoding.UTF8.GetString(answer.Span));
        }

        await pair.Client.CloseAsync(7);
        await handling.WaitAsync(Patience);
        Assert.Equal((SessionEndCause.ClosedByPeer, (ushort?)7), (handler.End!.Cause, handler.End.ApplicationCode));

        // What it kept is not the next packet's bytes, as it might be in production, but plainly nothing of a packet.
        Assert.Equal(Enumerable.Repeat((byte)0xDD, 5), handler.Kept.ToArray());
    }

    [Theory]
    [InlineData(DeliveryMode.Ordered)]
    [InlineData(DeliveryMode.Unordered)]
    public async Task A_stream_has_two_ends(DeliveryMode mode)
    {
        await using var pair = await SessionPair.ConnectAsync();
        var (client, server) = await pair.OpenStreamAsync(new UdpackStreamOptions { Delivery = mode });

        await client.SendAsync("up"u8.ToArray());
        client.CompleteWrites();
        using (var packet = await server.ReceiveAsync().AsTask().WaitAsync(Patience))
        {
            Assert.Equal("up"u8.ToArray(), packet.Span.ToArray());
        }

        Assert.True((await server.ReceiveAsync().AsTask().WaitAsync(Patience)).IsEnd);
        server.Abort(300);
        var exception = await Assert.ThrowsAsync<UdpackException>(() => client.ReceiveAsync().AsTask().WaitAsync(Patience));
        Assert.Equal((ushort)300, exception.ApplicationCode);
    }

    [Fact]
    public async Task Limits_are_the_tests_and_messages_and_large_packets_pass()
    {
        await using var pair = await SessionPair.ConnectAsync(new SessionPairOptions { Server = new UdpackSessionOptions { MaxPacketBytes = 100_000 } });
        Assert.Equal(100_000, pair.Client.MaxPacketBytes);

        await pair.Client.SendAsync(new byte[100_000]);
        pair.Client.SendDatagram("now"u8);
        using var packet = await pair.Server.ReceiveAsync().AsTask().WaitAsync(Patience);
        using var message = await pair.Server.ReceiveDatagramAsync().AsTask().WaitAsync(Patience);
        Assert.Equal((100_000, 3), (packet.Length, message.Length));
    }

    [Fact]
    public async Task Many_pairs_live_side_by_side_and_end_with_their_disposal()
    {
        var pairs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SessionPair.ConnectAsync()));
        foreach (var pair in pairs)
        {
            await pair.DisposeAsync();
            Assert.NotNull(pair.Server.CloseReason);
        }
    }

    private sealed class Greeter : UdpackPacketHandler
    {
        public ReadOnlyMemory<byte> Kept { get; private set; }

        public UdpackCloseReason? End { get; private set; }

        protected override ValueTask OnPacketAsync(UdpackSession session, ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
        {
            // The mistake that the test is about.
            Kept = packet;
            return session.SendAsync(Encoding.UTF8.GetBytes($"{session.User!.Identity!.Name} says {Encoding.UTF8.GetString(packet.Span)}"), cancellationToken);
        }

        protected override ValueTask OnDisconnectedAsync(UdpackSession session, UdpackCloseReason reason)
        {
            End = reason;
            return ValueTask.CompletedTask;
        }
    }
}
