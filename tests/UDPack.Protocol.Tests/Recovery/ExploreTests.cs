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
}
