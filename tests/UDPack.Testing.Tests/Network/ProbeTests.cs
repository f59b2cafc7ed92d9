using System.Diagnostics;
using UDPack.Testing.Driving;
using Xunit.Abstractions;

namespace UDPack.Testing.Tests.Network;

public sealed class ProbeTests(ITestOutputHelper output)
{
    private static async Task<List<string>> TraceAsync()
    {
        var trace = new List<string>();
        await using var network = new SimulatedNetwork(1) { Conditions = LinkConditions.Wifi with { Loss = 0.05 } };
        network.DatagramObserved = d => trace.Add($"{d.Time.TotalMicroseconds} {d.From} {d.To} {d.Content.Length} {d.Fate}");
        await network.RunAsync(async () =>
        {
            await using var listener = Net.Listen(network);
            var echo = Net.EchoAsync(listener);
            await using var client = Net.Client(network);
            await using var session = await client.ConnectAsync();
            for (var i = 0; i < 100; i++)
            {
                await session.EchoesAsync($"hello {i}");
            }
        });
        return trace;
    }

    [Fact]
    public async Task Probe()
    {
        var first = await TraceAsync();
        for (var i = 0; i < 30; i++)
        {
            var sw = Stopwatch.StartNew();
            var other = await TraceAsync();
            var at = Enumerable.Range(0, Math.Min(first.Count, other.Count)).FirstOrDefault(k => first[k] != other[k], -1);
            output.WriteLine($"{sw.Elapsed.TotalMilliseconds:0} ms {other.Count} differs at {at}");
            if (at > 0 )
            {
                output.WriteLine("  " + string.Join("\n  ", first.Skip(at - 3).Take(5)) + "\n  --\n  " + string.Join("\n  ", other.Skip(at - 3).Take(5)));
            }
        }
    }
}
