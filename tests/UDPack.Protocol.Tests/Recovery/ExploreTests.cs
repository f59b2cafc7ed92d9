using Xunit.Abstractions;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

public sealed class ExploreTests(ITestOutputHelper output)
{
    [Fact]
    public void Utilisation()
    {
        foreach (var algorithm in new[] { CongestionAlgorithm.Cubic, CongestionAlgorithm.Bbr })
        {
            foreach (var loss in new[] { 0, 0.001, 0.01, 0.05, 0.1 })
            {
                var path = new SimulatedBottleneck(1, 100e6, 40_000, 1_250_000, loss);
                var flow = new SimulatedFlow(path, algorithm, 1200);
                path.At(0, () => flow.Pump(0));
                path.Run(10_000_000);
                var first = flow.Delivered;
                path.Run(30_000_000);
                output.WriteLine($"{algorithm} loss {loss:P1}: first 10 s {first * 8 / 1e7 :F1} Mbit/s, then {(flow.Delivered - first) * 8 / 2e7:F1} Mbit/s, lost {flow.Recovery.DatagramsLost} spurious {flow.Recovery.SpuriousLosses} dropped {path.Dropped} srtt {flow.Recovery.Rtt.Smoothed}");
            }
        }
    }

    [Fact]
    public void Sharing()
    {
        foreach (var (a, b) in new[] { (CongestionAlgorithm.Cubic, CongestionAlgorithm.Bbr), (CongestionAlgorithm.Bbr, CongestionAlgorithm.Cubic), (CongestionAlgorithm.Bbr, CongestionAlgorithm.Bbr), (CongestionAlgorithm.Cubic, CongestionAlgorithm.Cubic) })
        {
            foreach (var queueMs in new[] { 10, 40, 100, 200 })
            {
                var path = new SimulatedBottleneck(1, 100e6, 40_000, queueMs * 12_500, 0);
                var one = new SimulatedFlow(path, a, 1200);
                var two = new SimulatedFlow(path, b, 1200);
                path.At(0, () => one.Pump(0));
                path.At(3_000_000, () => two.Pump(3_000_000));
                var text = "";
                long d1 = 0, d2 = 0;
                for (var i = 1; i <= 12; i++)
                {
                    path.Run(i * 5_000_000);
                    text += $" {(one.Delivered - d1) * 8 / 5e6:F0}/{(two.Delivered - d2) * 8 / 5e6:F0}";
                    (d1, d2) = (one.Delivered, two.Delivered);
                }
                output.WriteLine($"{a}+{b} queue {queueMs} ms: {one.Delivered * 8 / 60e6:F1} + {two.Delivered * 8 / 60e6:F1} |{text}");
            }
        }
    }

    [Fact]
    public void Paths()
    {
        foreach (var algorithm in new[] { CongestionAlgorithm.Cubic, CongestionAlgorithm.Bbr })
        {
            foreach (var (name, rate, rtt, queueMs, loss, size, seconds, jitter) in new[] {
                ("slow dsl", 1e6, 60_000L, 200, 0.0, 1200, 30, 0L), ("satellite", 20e6, 600_000L, 300, 0.01, 1200, 40, 0L), ("lan", 1e9, 500L, 5, 0.0, 1200, 3, 0L),
                ("loopback", 20e9, 60L, 1, 0.0, 65507, 3, 0L), ("loopback small", 3e9, 60L, 1, 0.0, 1200, 1, 0L), ("reorder 5ms", 100e6, 40_000L, 100, 0.0, 1200, 20, 5_000L), ("reorder 20ms", 100e6, 40_000L, 100, 0.0, 1200, 20, 20_000L),
                ("reorder 40ms", 100e6, 40_000L, 100, 0.0, 1200, 20, 40_000L),
                ("shallow 5ms", 100e6, 40_000L, 5, 0.0, 1200, 20, 0L),  ("shallow 5ms + 1 %", 100e6, 40_000L, 5, 0.01, 1200, 20, 0L), ("shallow 5ms + 5 %", 100e6, 40_000L, 5, 0.05, 1200, 20, 0L), ("slow 5%", 1e6, 40_000L, 100, 0.05, 1200, 30, 0L), ("slow 1%", 1e6, 40_000L, 100, 0.01, 1200, 30, 0L)})
            {
                var path = new SimulatedBottleneck(1, rate, rtt, (long)(rate / 8000 * queueMs), loss);
                if (jitter > 0) { path.Jitter = r => r.NextDouble() < 0.05 ? r.NextInt64(jitter) : 0; }
                var flow = new SimulatedFlow(path, algorithm, size);
                path.At(0, () => flow.Pump(0));
                path.Run(seconds * 1_000_000L);
                output.WriteLine($"{algorithm} {name}: {flow.Delivered * 8d / seconds / rate:P1} lost {flow.Recovery.DatagramsLost} of {flow.Delivered / size} spurious {flow.Recovery.SpuriousLosses} dropped {path.Dropped} srtt {flow.Recovery.Rtt.Smoothed} win {flow.Recovery.Congestion.Window}");
            }
        }
    }
}
