using UDPack.Protocol.Recovery;
using Xunit.Abstractions;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>How much of 100 Mbit/s at 40 ms with a queue of 100 ms arrives, and how two flows share it.</summary>
public sealed class CongestionSimulationTests(ITestOutputHelper output)
{
    private const double Rate = 100e6;
    private const long RoundTrip = 40_000;
    private const long QueueOf1Ms = (long)(Rate / 8000);

    [Theory]
    [InlineData(0, 0.95)]
    [InlineData(0.001, 0.95)]
    [InlineData(0.01, 0.93)]
    [InlineData(0.05, 0.88)]
    public void Bbr_fills_the_path_whatever_it_loses_at_random(double loss, double least) =>
        Assert.InRange(Utilisation(CongestionAlgorithm.Bbr, Path(100, loss)), least, 1);

    [Theory]
    [InlineData(0.01, 0.96)]
    [InlineData(0.05, 0.92)]
    public void Bbr_has_learned_what_the_path_loses_once_it_has_started(double loss, double least)
    {
        var shares = Enumerable.Range(1, 8).Select(seed =>
        {
            var path = new SimulatedBottleneck(seed, Rate, RoundTrip, 100 * QueueOf1Ms, loss);
            var flow = new SimulatedFlow(path, CongestionAlgorithm.Bbr);
            flow.StartAt(0);
            path.Run(1_000_000);
            var before = flow.Delivered;
            path.Run(2_500_000);
            return (flow.Delivered - before) * 8 / 1.5 / Rate;
        }).ToList();
        output.WriteLine(string.Join(' ', shares.Select(share => share.ToString("P1"))));
        Assert.InRange(shares.Average(), least, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(10)]
    public void What_a_short_queue_drops_while_bbr_starts_is_not_taken_for_the_paths_own_loss(int queueMs)
    {
        var path = Path(queueMs, 0);
        var flow = new SimulatedFlow(path, CongestionAlgorithm.Bbr);
        flow.StartAt(0);
        path.Run(2_000_000);
        var dropped = path.Dropped;
        path.Run(12_000_000);
        output.WriteLine($"dropped {dropped}, then {path.Dropped - dropped} of {10 * Rate / 9600:0}");
        Assert.InRange(path.Dropped - dropped, 0, 0.01 * 10 * Rate / 9600);
    }

    [Fact]
    public void Cubic_fills_the_path_and_takes_every_loss_for_congestion()
    {
        Assert.InRange(Utilisation(CongestionAlgorithm.Cubic, Path(100, 0)), 0.98, 1);

        // RFC 9438 §5.1: with so few losses between, its window is that of Reno: 1.2 times the root of one over the loss.
        var window = 1.3 * Math.Sqrt(1 / 0.01) * 1200;
        var expected = window / (Rate / 8e6 * RoundTrip);
        Assert.InRange(Utilisation(CongestionAlgorithm.Cubic, Path(100, 0.01)), 0.5 * expected, 2 * expected);
    }

    [Theory]
    [InlineData(CongestionAlgorithm.Cubic, 0.85)]
    [InlineData(CongestionAlgorithm.Bbr, 0.9)]
    public void A_queue_of_an_eighth_of_the_round_trip_is_enough(CongestionAlgorithm algorithm, double least) =>
        Assert.InRange(Utilisation(algorithm, Path(5, 0)), least, 1);

    [Theory]
    [InlineData(CongestionAlgorithm.Cubic, 5_000)]
    [InlineData(CongestionAlgorithm.Cubic, 40_000)]
    [InlineData(CongestionAlgorithm.Bbr, 5_000)]
    [InlineData(CongestionAlgorithm.Bbr, 40_000)]
    public void Reordering_costs_next_to_nothing(CongestionAlgorithm algorithm, long most)
    {
        var path = new SimulatedBottleneck(1, Rate, RoundTrip, 100 * QueueOf1Ms, 0) { Late = (50, most) };
        Assert.InRange(Utilisation(algorithm, path), 0.94, 1);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(2_000)]
    [InlineData(5_000)]
    public void Acks_that_come_unevenly_build_no_queue(long jitter)
    {
        var path = new SimulatedBottleneck(1, Rate, RoundTrip, 100 * QueueOf1Ms, 0) { AckJitter = jitter };
        var flow = new SimulatedFlow(path, CongestionAlgorithm.Bbr);
        flow.StartAt(0);
        path.Run(3_000_000);
        var (before, queues) = (flow.Delivered, new List<long>());
        for (var now = 3_050_000; now <= 15_000_000; now += 50_000)
        {
            path.Run(now);
            queues.Add(flow.Recovery.Rtt.Smoothed - RoundTrip);
        }

        queues.Sort();
        var utilisation = (flow.Delivered - before) * 8 / 11.95 / Rate;
        output.WriteLine($"utilisation {utilisation:P1}; queue and jitter: median {queues[queues.Count / 2]} µs, 90 % {queues[queues.Count * 9 / 10]} µs");
        Assert.InRange(utilisation, 0.94, 1);
        Assert.InRange(queues[queues.Count / 2], 0, 9_000 + jitter);
    }

    [Theory]
    [InlineData(CongestionAlgorithm.Cubic, 0)]
    [InlineData(CongestionAlgorithm.Bbr, 0)]
    [InlineData(CongestionAlgorithm.Bbr, 0.02)]
    public void What_an_application_writes_slower_than_the_path_takes_it_arrives_without_a_queue(CongestionAlgorithm algorithm, double loss)
    {
        // 10 Mbit/s, and for a second of every three nothing at all.
        static long Written(long now) => (long)(((now / 3_000_000 * 2_000_000) + Math.Min(now % 3_000_000, 2_000_000)) * 1.25);

        var path = Path(100, loss);
        var flow = new SimulatedFlow(path, algorithm) { Written = Written };
        flow.StartAt(0);
        for (var now = 1_000_000; now <= 20_000_000; now += 1_000_000)
        {
            path.Run(now);
            Assert.InRange(flow.Delivered / (Written(now - RoundTrip) * (1 - loss)), 0.97, 1.03);
            Assert.InRange(flow.Recovery.Rtt.Smoothed, RoundTrip, RoundTrip + 6_000);
        }
    }

    [Theory]
    [InlineData(CongestionAlgorithm.Bbr, CongestionAlgorithm.Cubic)]
    [InlineData(CongestionAlgorithm.Cubic, CongestionAlgorithm.Bbr)]
    [InlineData(CongestionAlgorithm.Bbr, CongestionAlgorithm.Bbr)]
    public void Whoever_begins_neither_gets_less_than_30_per_cent(CongestionAlgorithm first, CongestionAlgorithm second)
    {
        var path = Path(100, 0);
        var one = new SimulatedFlow(path, first);
        var two = new SimulatedFlow(path, second);
        one.StartAt(0);
        two.StartAt(2_000_000);
        path.Run(10_000_000);
        var (before, beforeToo) = (one.Delivered, two.Delivered);
        path.Run(40_000_000);
        var share = (one.Delivered - before) / (double)(one.Delivered - before + two.Delivered - beforeToo);
        output.WriteLine($"{first} beside {second}: {share:P1}");
        Assert.InRange(share, 0.3, 0.7);
    }

    private static SimulatedBottleneck Path(int queueMs, double loss) => new(1, Rate, RoundTrip, queueMs * QueueOf1Ms, loss);

    private double Utilisation(CongestionAlgorithm algorithm, SimulatedBottleneck path)
    {
        var flow = new SimulatedFlow(path, algorithm);
        flow.StartAt(0);
        path.Run(2_000_000);
        var before = flow.Delivered;
        path.Run(14_000_000);
        var utilisation = (flow.Delivered - before) * 8 / 12 / Rate;
        output.WriteLine($"{algorithm}: {utilisation:P1}; lost {flow.Recovery.DatagramsLost}, falsely {flow.Recovery.SpuriousLosses}, dropped {path.Dropped}");
        return utilisation;
    }
}
