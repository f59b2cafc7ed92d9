using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

public class ManySessionsTests
{
    [Fact]
    public async Task Five_hundred_sessions_share_one_client()
    {
        await using var listener = Net.Listen();
        var echo = Net.EchoAsync(listener);
        await using var client = Net.Client(listener);

        var sessions = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => client.ConnectAsync().AsTask())).Soon();
        await Task.WhenAll(sessions.Select((session, i) => Net.AssertEchoesAsync(session, $"session {i}")));

        Assert.Equal(500, listener.ActiveSessions);
        Assert.Equal(500, sessions.Select(session => session.Id).Distinct().Count());
        await Task.WhenAll(sessions.Select(session => session.DisposeAsync().Soon()));
        await listener.Loop.TurnsUntil(() => listener.ActiveSessions == 0);
        await listener.DisposeAsync();
        await echo.Soon();
    }

    [Fact]
    public async Task Two_hundred_clients_with_sockets_of_their_own_come_and_go()
    {
        await using var listener = Net.Listen();
        var echo = Net.EchoAsync(listener);

        var loops = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
        {
            var session = await UdpackClient.ConnectAsync(Net.ClientOptions(listener.LocalEndPoint));
            await Net.AssertEchoesAsync(session, $"client {i}");
            await session.DisposeAsync();
            return session.Loop;
        }))).Soon();

        await Task.WhenAll(loops.Select(loop => loop.Completion)).Soon();
        await listener.DisposeAsync();
        await echo.Soon();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Echo_survives_a_fifth_of_all_datagrams_lost(int seed) => await EchoThroughAsync(Relay.Lossy(seed, 20));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Echo_survives_loss_repetition_and_reordering(int seed) => await EchoThroughAsync(Relay.Rough(seed));

    private static async Task EchoThroughAsync(Func<bool, int, ReadOnlyMemory<byte>, Fate> judge)
    {
        const int count = 500;
        await using var listener = Net.Listen();
        var echo = Net.EchoAsync(listener);
        await using var relay = new Relay(listener.LocalEndPoint, judge);
        await using var client = new UdpackClient(Net.ClientOptions(relay.EndPoint, options =>
        {
            options.RetryInterval = TimeSpan.FromMilliseconds(50);
            options.MaxAttempts = 10;
        }));
        await using var session = await client.ConnectAsync().Soon();
        var sending = Task.Run(async () =>
        {
            var packet = new byte[800];
            for (var i = 0; i < count; i++)
            {
                BitConverter.TryWriteBytes(packet, i);
                await session.SendAsync(packet);
            }
        });

        for (var i = 0; i < count; i++)
        {
            using var packet = await session.ReceiveAsync().Soon();
            Assert.Equal(i, BitConverter.ToInt32(packet.Span));
        }

        await sending.Soon();
        Assert.True(session.GetStatistics().DatagramsLost > 0);
        session.Abort();
        await listener.DisposeAsync();
        await echo.Soon();
    }
}
