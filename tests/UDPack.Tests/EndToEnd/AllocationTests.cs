using UDPack.Tests.Network;

namespace UDPack.Tests.EndToEnd;

/// <summary>The whole process is measured, so nothing else may run meanwhile, nor anything on the runner's own synchronization context.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public class AllocationTests
{
    private const int Packets = 20_000;

    [Fact]
    public async Task Steady_traffic_allocates_nothing_per_packet()
    {
        await using var pair = await Pair.ConnectAsync();
        await Task.Run(() => RunAsync(pair, 5_000)).Soon();
        await Task.Run(() => RunAsync(pair, 5_000)).Soon();

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Task.Run(() => RunAsync(pair, Packets)).Soon();
        var perPacket = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Packets;

        Assert.True(perPacket < 4, $"{perPacket:0.00} bytes per packet and its echo");
    }

    [Fact]
    public async Task One_packet_to_and_fro_allocates_nothing()
    {
        await using var pair = await Pair.ConnectAsync();
        var echo = Task.Run(() => Net.EchoAsync(pair.OnServer));
        await Task.Run(() => PingPongAsync(pair.OnClient, 3_000)).Soon();

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Task.Run(() => PingPongAsync(pair.OnClient, 5_000)).Soon();
        var perPacket = (GC.GetTotalAllocatedBytes(precise: true) - before) / 5_000.0;

        Assert.True(perPacket < 8, $"{perPacket:0.00} bytes per round trip");
        await pair.OnClient.CloseAsync().Soon();
        await echo.Soon();
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
