using System.Diagnostics;
using Xunit.Abstractions;

namespace UDPack.Testing.Tests.Network;

public sealed class SmokeTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Echo()
    {
        await using var network = new SimulatedNetwork(1) { Conditions = LinkConditions.Wifi with { Loss = 0.05 } };
        var sw = Stopwatch.StartNew();
        await network.RunAsync(async () =>
        {
            await using var listener = Net.Listen(network);
            var echo = Net.EchoAsync(listener);
            await using var client = Net.Client(network);
            await using var session = await client.ConnectAsync();
            output.WriteLine($"connected {sw.Elapsed} {network.Elapsed}");
            for (var i = 0; i < 100; i++)
            {
                await session.EchoesAsync($"hello {i}");
            }

            output.WriteLine($"echoed {sw.Elapsed} {network.Elapsed}");
            await Task.Delay(TimeSpan.FromHours(1), network.TimeProvider);
            output.WriteLine($"hour {sw.Elapsed} {network.Elapsed} {network.GetStatistics()}");
        });
        output.WriteLine($"end {sw.Elapsed} {network.Elapsed} {network.GetStatistics()}");
    }
}
