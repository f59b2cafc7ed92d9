using UDPack.Testing;
using UDPack.Tool.Perf;

namespace UDPack.Tool.Tests.Perf;

public sealed class DatagramsTests
{
    [Fact]
    public async Task Messages_both_ways_and_echoes_are_counted_and_verified()
    {
        await using var network = new SimulatedNetwork();
        var report = await RunAsync(network, plan => plan with { Bulk = PerfDirection.Both, Bytes = 200_000, PacketBytes = 1000, EchoMessages = 100, EchoRate = 500 });

        Assert.True(report.Verified);
        Assert.True(report.Datagrams);
        Assert.Equal((200, 200_000, 0), (report.Up!.Packets, report.Up.Bytes, report.Up.Lost));
        Assert.Equal((200, 200_000, 0), (report.Down!.Packets, report.Down.Bytes, report.Down.Lost));
        Assert.Equal((100, 100, 0), (report.Latency!.Sent, report.Latency.Received, report.Latency.Lost));
        Assert.InRange(report.Latency.P50Ms, 20, 40);
    }

    [Fact]
    public async Task Loss_is_reported_and_is_no_failure()
    {
        await using var network = new SimulatedNetwork(seed: 3) { Conditions = new LinkConditions { Loss = 0.2 } };
        var report = await RunAsync(network, plan => plan with { Bulk = PerfDirection.Both, Bytes = 500_000, PacketBytes = 1000, EchoMessages = 200, EchoRate = 100 });

        Assert.True(report.Verified);
        Assert.Equal(500, report.Up!.Packets + report.Up.Lost);
        Assert.InRange(report.Up.Lost, 50, 170);
        Assert.Equal(500, report.Down!.Packets + report.Down.Lost);
        Assert.InRange(report.Down.Lost, 50, 170);
        Assert.InRange(report.Latency!.Lost, 30, 120);
        Assert.True(report.Server.DatagramsLost > 0);
    }

    [Fact]
    public async Task A_message_that_was_changed_is_found()
    {
        var passed = 0;
        await using var network = new SimulatedNetwork();
        var report = await RunAsync(
            network,
            plan => plan with { Bulk = PerfDirection.Up, Bytes = 20_000, PacketBytes = 1000 },
            content => Interlocked.Increment(ref passed) == 5 ? StreamsTests.Flip(content, 500) : content);

        Assert.False(report.Verified);
        Assert.Equal(19, report.Up!.Packets);
    }

    [Theory]
    [InlineData(PerfDirection.Up, "The path carries messages of at most 1,")]
    [InlineData(PerfDirection.Down, "The server could not send: The path carries messages of at most 1,")]
    internal async Task A_message_larger_than_the_path_takes_is_explained(PerfDirection direction, string message)
    {
        await using var network = new SimulatedNetwork { Conditions = new LinkConditions { Mtu = 1300 } };
        var failure = await Assert.ThrowsAsync<PerfException>(
            () => RunAsync(network, plan => plan with { Bulk = direction, Bytes = 20_000, PacketBytes = 5000 }));

        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.Contains("--message-size", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task They_work_over_real_sockets()
    {
        await using var pair = new PerfPair();

        var report = await pair.RunAsync(plan => plan with { Datagrams = true, Bulk = PerfDirection.Up, Bytes = 300_000, PacketBytes = 1160, EchoMessages = 20, EchoRate = 1000 });

        Assert.True(report.Verified);
        Assert.Equal(259, report.Up!.Packets + report.Up.Lost);
        Assert.Equal(20, report.Latency!.Sent);
    }

    private static async Task<UDPack.Tool.Perf.Reports.PerfReport> RunAsync(
        SimulatedNetwork network, Func<PerfPlan, PerfPlan> change, UDPack.Tool.Perf.Transfers.ContentFault? fault = null) =>
        await network.RunAsync(async () =>
        {
            await using var pair = new PerfPair(fault, network);
            return await new PerfClient(change(pair.Plan with { Datagrams = true })).RunAsync(CancellationToken.None);
        });
}
