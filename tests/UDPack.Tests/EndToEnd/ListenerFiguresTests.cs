using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

/// <summary>What a listener tells of itself.</summary>
public sealed class ListenerFiguresTests
{
    [Fact]
    public async Task Statistics_print_their_values()
    {
        await using var pair = await Pair.ConnectAsync();
        await pair.OnClient.SendAndConfirmAsync(new byte[1]).Soon();
        var figures = new UdpackListenerStatistics
        {
            DatagramsReceived = 1234567,
            PacketsReceived = 1,
            Dropped = new Dictionary<DropReason, long> { [DropReason.Truncated] = 0, [DropReason.NotAuthentic] = 3, [DropReason.UnknownKey] = 2 },
            Refused = new Dictionary<HandshakeRejection, long> { [HandshakeRejection.Busy] = 0 },
        };

        Assert.Equal(
            "DatagramsReceived = 1234567, DatagramsSent = 0, BytesReceived = 0, BytesSent = 0, DatagramsLost = 0, HandshakesCompleted = 0, HandshakesExpired = 0, "
            + "PacketsReceived = 1, PacketsSent = 0, StreamsOpened = 0, StreamAbortsHeldBack = 0, MovesRefused = 0, MessagesReceived = 0, MessagesSent = 0, Dropped = [NotAuthentic = 3, UnknownKey = 2], Refused = []",
            figures.ToString());
        Assert.Contains("HandshakesCompleted = 1, HandshakesExpired = 0, PacketsReceived = 1,", pair.Listener.GetStatistics().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_print_every_counter()
    {
        var text = new UdpackListenerStatistics { Dropped = new Dictionary<DropReason, long>(), Refused = new Dictionary<HandshakeRejection, long>() }.ToString();
        Assert.All(typeof(UdpackListenerStatistics).GetProperties(), property => Assert.Contains($"{property.Name} = ", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sessions_are_listed_while_they_live()
    {
        await using var pair = await Pair.ConnectAsync();
        var another = await pair.Client.ConnectAsync().Soon();
        var onServer = await pair.Listener.AcceptSessionAsync().Soon();
        Assert.Equal(new HashSet<UdpackSession> { pair.OnServer, onServer }, pair.Listener.Sessions.ToHashSet());

        await another.CloseAsync().Soon();
        await onServer.Closed.Fired();
        await pair.Listener.Loop.TurnAsync();
        Assert.Equal([pair.OnServer], pair.Listener.Sessions);
    }

    [Fact]
    public async Task Sessions_may_be_enumerated_while_others_come_and_go()
    {
        await using var pair = await Pair.ConnectAsync();
        using var stop = new CancellationTokenSource();
        var looking = Task.Run(() =>
        {
            var looks = 0;
            while (!stop.IsCancellationRequested)
            {
                Assert.Single(pair.Listener.Sessions, session => session == pair.OnServer);
                looks++;
            }

            return looks;
        });
        for (var i = 0; i < 50; i++)
        {
            var session = await pair.Client.ConnectAsync().Soon();
            await pair.Listener.AcceptSessionAsync().Soon();
            session.Abort();
        }

        await stop.CancelAsync();
        Assert.True(await looking.Soon() > 0);
    }
}
