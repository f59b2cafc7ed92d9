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
        // Small windows, so that pools and rings have soon grown as large as they will ever be.
        await using var pair = await Pair.ConnectAsync(
            options => SetWindows(options.Session), options => SetWindows(options.Session));
        await Task.Run(() => RunAsync(pair, 5_000)).Soon();
        await Task.Run(() => RunAsync(pair, 5_000)).Soon();

        var (client, server) = (await AllocatedByAsync(pair.OnClient.Loop), await AllocatedByAsync(pair.Listener.Loop));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Task.Run(() => RunAsync(pair, Packets)).Soon();
        var perPacket = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Packets;
        client = await AllocatedByAsync(pair.OnClient.Loop) - client;
        server = await AllocatedByAsync(pair.Listener.Loop) - server;

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

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Task.Run(() => PingPongAsync(pair.OnClient, 10_000)).Soon();
        var perPacket = (GC.GetTotalAllocatedBytes(precise: true) - before) / 10_000.0;

        Assert.True(perPacket < 8, $"{perPacket:0.00} bytes per round trip");
        await pair.OnClient.CloseAsync().Soon();
        await echo.Soon();
    }

    [Theory]
    [InlineData(64, 100_000)]
    [InlineData(5_000, 20_000)]
    [InlineData(64 * 1024, 2_000)]
    public async Task Steady_traffic_on_a_stream_allocates_nothing_per_packet(int size, int packets)
    {
        var window = Math.Max(Window, 3 * size);
        await using var pair = await StreamPair.OpenAsync(null, SetStreamWindows, SetStreamWindows);
        await Task.Run(() => RunAsync(pair, size, packets / 10)).Soon();
        await Task.Run(() => RunAsync(pair, size, packets / 10)).Soon();

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Task.Run(() => RunAsync(pair, size, packets)).Soon();
        var perPacket = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)packets;

        Assert.True(perPacket < 4 + (size / 1000.0), $"{perPacket:0.00} bytes per packet and its echo");

        void SetStreamWindows(UdpackSessionOptions options)
        {
            SetWindows(options);
            options.StreamCreditBytes = options.MaxStreamCreditBytes = window;
            options.SessionCreditBytes = options.MaxSessionCreditBytes = 2 * window;
            options.SendBufferBytes = options.MaxSendBufferBytes = window;
        }
    }

    private static void SetWindows(UdpackSessionOptions options)
    {
        options.SessionCreditBytes = options.MaxSessionCreditBytes = Window;
        options.SendBufferBytes = options.MaxSendBufferBytes = Window;
    }

    private static async Task<long> AllocatedByAsync(EventLoop loop)
    {
        var allocated = new TaskCompletionSource<long>();
        loop.Post(_ => allocated.SetResult(GC.GetAllocatedBytesForCurrentThread()));
        return await allocated.Task.Soon();
    }

    private static async Task RunAsync(Pair pair, int packets)
    {
        var echo = EchoAsync(pair.OnServer, packets);
        var sending = SendAsync(pair.OnClient, packets);
        for (var i = 0; i < packets; i++)
        {
            using var packet = await pair.OnClient.ReceiveAsync();
        }

        await sending;
        await echo;
    }

    private static async Task RunAsync(StreamPair pair, int size, int packets)
    {
        var echo = EchoAsync(pair.OnServer, packets);
        var sending = SendAsync(pair.OnClient, size, packets);
        for (var i = 0; i < packets; i++)
        {
            using var packet = await pair.OnClient.ReceiveAsync();
        }

        await sending;
        await echo;
    }

    private static async Task SendAsync(UdpackStream stream, int size, int packets)
    {
        var packet = new byte[size];
        for (var i = 0; i < packets; i++)
        {
            await stream.SendAsync(packet);
        }
    }

    private static async Task EchoAsync(UdpackStream stream, int packets)
    {
        for (var i = 0; i < packets; i++)
        {
            using var packet = await stream.ReceiveAsync();
            await stream.SendAsync(packet.Memory);
        }
    }

    private static async Task SendAsync(UdpackSession session, int packets)
    {
        var packet = new byte[64];
        for (var i = 0; i < packets; i++)
        {
            await session.SendAsync(packet);
        }
    }

    private static async Task EchoAsync(UdpackSession session, int packets)
    {
        for (var i = 0; i < packets; i++)
        {
            using var packet = await session.ReceiveAsync();
            await session.SendAsync(packet.Memory);
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
}
