using UDPack.Protocol.Congestion;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>
/// A lone flow over 50 s: 60 Mbit/s, 40 ms and a queue of one bandwidth-delay product, until after 20 s the link
/// becomes twice as fast. Sampled every 25 ms.
/// </summary>
internal sealed class CongestionCurve
{
    public const long Step = 25_000;
    public const long WiderAt = 20_000_000;
    public const long End = 50_000_000;
    public const double Product = 300_000;

    public CongestionCurve(CongestionAlgorithm algorithm)
    {
        var path = new SimulatedBottleneck(seed: 1, 60e6, roundTrip: 40_000, queueBytes: (long)Product, loss: 0);
        var flow = new SimulatedFlow(path, algorithm);
        flow.StartAt(0);
        path.At(WiderAt, () => path.ChangeRate(WiderAt, 120e6));
        for (var now = Step; now <= End; now += Step)
        {
            path.Run(now);
            Window.Add(flow.Recovery.Congestion.Window);
            InFlight.Add(flow.Recovery.BytesInFlight);
            Delivered.Add(flow.Delivered);
            States.Add((flow.Recovery.Congestion as Bbr)?.State ?? default);
        }
    }

    public List<long> Window { get; } = [];

    public List<long> InFlight { get; } = [];

    public List<long> Delivered { get; } = [];

    public List<BbrState> States { get; } = [];

    public static int IndexOf(long time) => (int)(time / Step) - 1;

    public static double SecondsAt(int index) => (index + 1) * Step / 1e6;
}
