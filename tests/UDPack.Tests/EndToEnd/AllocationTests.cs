using UDPack.Loop;
using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

/// <summary>The whole process is measured, so nothing else may run meanwhile, nor anything on the runner's own synchronization context.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public class AllocationTests
{
    private const int Window = 16 * 1024;
    private const int Packets = 100_000;

    [Fact]
    public async Task Steady_traffic_allocates_nothing_per_packet()
    {
        await using var pair = await ConnectAsync();
        await AssertAllocatesNothingAsync(pair, new SessionEnd(pair.OnClient), new SessionEnd(pair.OnServer));
    }

    [Theory]
    [InlineData(DeliveryMode.Ordered)]
    [InlineData(DeliveryMode.Unordered)]
    public async Task Steady_traffic_on_a_stream_allocates_nothing_per_packet(DeliveryMode mode)
    {
        await using var pair = await ConnectAsync();
        await using var stream = await pair.OnClient.OpenStreamAsync(new UdpackStreamOptions { Delivery = mode }).Soon();
        await using var accepted = await pair.OnServer.AcceptStreamAsync().Soon();
        await AssertAllocatesNothingAsync(pair, new StreamEnd(stream), new StreamEnd(accepted));
    }

    // Small windows, so that pools and rings have soon grown as large as they will ever be.
    private static Task<Pair> ConnectAsync() => Pair.ConnectAsync(options => Limit(options.Session), options => Limit(options.Session));

    private static void Limit(UdpackSessionOptions options)
    {
        options.SessionCreditBytes = options.MaxSessionCreditBytes = Window;
        options.StreamCreditBytes = options.MaxStreamCreditBytes = Window;
        options.SendBufferBytes = options.MaxSendBufferBytes = Window;
    }

    private static async Task AssertAllocatesNothingAsync(Pair pair, IEnd onClient, IEnd onServer)
    {
        await Task.Run(() => RunAsync(onClient, onServer, 5_000)).Soon();
        await Task.Run(() => RunAsync(onClient, onServer, 5_000)).Soon();

        var (client, server) = (long.MaxValue, long.MaxValue);
        var perPacket = await LeastAsync(enough: 4, async () =>
        {
            var (clientBefore, serverBefore) = (await AllocatedByAsync(pair.OnClient.Loop), await AllocatedByAsync(pair.Listener.Loop));
            await RunAsync(onClient, onServer, Packets);
            client = Math.Min(client, await AllocatedByAsync(pair.OnClient.Loop) - clientBefore);
            server = Math.Min(server, await AllocatedByAsync(pair.Listener.Loop) - serverBefore);
            return Packets;
        });

        Assert.True(
            perPacket < 4 && client < Packets && server < Packets,
            $"{perPacket:0.00} bytes per packet and its echo; client loop {client} bytes, server loop {server} bytes in all");
    }

    [Fact]
    public async Task One_packet_to_and_fro_allocates_nothing()
    {
        await using var pair = await Pair.ConnectAsync();
        var echo = Task.Run(() => Net.EchoAsync(pair.OnServer));
        await Task.Run(() => PingPongAsync(pair.OnClient, 3_000)).Soon();

        var perPacket = await LeastAsync(enough: 8, async () =>
        {
            await PingPongAsync(pair.OnClient, 10_000);
            return 10_000;
        });

        Assert.True(perPacket < 8, $"{perPacket:0.00} bytes per round trip");
        await pair.OnClient.CloseAsync().Soon();
        await echo.Soon();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Values_and_sequenced_messages_allocate_nothing(bool sequenced)
    {
        await using var pair = await Pair.ConnectAsync();
        var there = Task.Run(() => PingPongAsync(3_000));
        await there.Soon();

        var perValue = await LeastAsync(enough: 8, async () =>
        {
            await PingPongAsync(10_000);
            return 10_000;
        });

        Assert.True(perValue < 8, $"{perValue:0.00} bytes per round trip");

        async Task PingPongAsync(int rounds)
        {
            var value = new byte[64];
            for (var i = 0; i < rounds; i++)
            {
                Send(pair.OnClient, (uint)i % 32, value);
                using var there = await ReceiveAsync(pair.OnServer);
                Send(pair.OnServer, there.Key, value);
                using var back = await ReceiveAsync(pair.OnClient);
            }
        }

        ValueTask<UdpackPacket> ReceiveAsync(UdpackSession session) => sequenced ? session.ReceiveDatagramAsync() : session.ReceiveLatestAsync();

        void Send(UdpackSession session, uint key, byte[] value)
        {
            if (sequenced)
            {
                session.SendSequenced(1 + (int)key, value);
            }
            else
            {
                session.SendLatest(key, value);
            }
        }
    }

    // The least of several rounds, as now and then the runtime itself allocates, or what an earlier test left behind.
    private static async Task<double> LeastAsync(double enough, Func<Task<int>> round)
    {
        var least = double.MaxValue;
        for (var i = 0; i < 5 && least >= enough; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var packets = await Task.Run(round).Soon();
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)packets);
        }

        return least;
    }

    private static async Task<long> AllocatedByAsync(EventLoop loop)
    {
        var allocated = new TaskCompletionSource<long>();
        loop.Post(_ => allocated.SetResult(GC.GetAllocatedBytesForCurrentThread()));
        return await allocated.Task.Soon();
    }

    private static async Task RunAsync(IEnd onClient, IEnd onServer, int packets)
    {
        var echo = EchoAsync(onServer, packets);
        var sending = SendAsync(onClient, packets);
        for (var i = 0; i < packets; i++)
        {
            using var packet = await onClient.ReceiveAsync();
        }

        await sending;
        await echo;
    }

    private static async Task SendAsync(IEnd end, int packets)
    {
        var packet = new byte[64];
        for (var i = 0; i < packets; i++)
        {
            await end.SendAsync(packet);
        }
    }

    private static async Task EchoAsync(IEnd end, int packets)
    {
        for (var i = 0; i < packets; i++)
        {
            using var packet = await end.ReceiveAsync();
            await end.SendAsync(packet.Memory);
        }
    }

    private static async Task PingPongAsync(UdpackSession session, int rounds)
    {
        var packet = new byte[64];
        for (var i = 0; i < rounds; i++)
        {
            await session.SendAsync(packet);
            using var answer = await session.ReceiveAsync();
        }
    }

    private interface IEnd
    {
        ValueTask SendAsync(ReadOnlyMemory<byte> packet);

        ValueTask<UdpackPacket> ReceiveAsync();
    }

    private sealed class SessionEnd(UdpackSession session) : IEnd
    {
        public ValueTask SendAsync(ReadOnlyMemory<byte> packet) => session.SendAsync(packet);

        public ValueTask<UdpackPacket> ReceiveAsync() => session.ReceiveAsync();
    }

    private sealed class StreamEnd(UdpackStream stream) : IEnd
    {
        public ValueTask SendAsync(ReadOnlyMemory<byte> packet) => stream.SendAsync(packet);

        public ValueTask<UdpackPacket> ReceiveAsync() => stream.ReceiveAsync();
    }
}
