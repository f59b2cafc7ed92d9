using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using UDPack.Protocol.Congestion;
using UDPack.Protocol.Recovery;

namespace UDPack.Protocol.Tests.Recovery;

/// <summary>The shapes the RFC and the draft describe, over a simulated bottleneck; docs/images/congestion.svg shows them.</summary>
public sealed partial class CongestionCurveTests
{
    private const double Product = CongestionCurve.Product;

    private static readonly CongestionCurve Cubic = new(CongestionAlgorithm.Cubic);
    private static readonly CongestionCurve Bbr = new(CongestionAlgorithm.Bbr);

    [Fact]
    public void Cubic_falls_to_seven_tenths_whenever_the_queue_overflows()
    {
        var drops = DropsOfCubic();
        Assert.InRange(drops.Count, 4, 12);

        // Slow start's end aside, where it grows by as much between two samples.
        foreach (var at in drops.Where(static at => at > CongestionCurve.IndexOf(2_000_000)))
        {
            Assert.InRange(Cubic.Window[at] / (double)Cubic.Window[at - 1], 0.68, 0.74);
        }

        // The queue holds as much as the path: it overflows at twice the product.
        Assert.All(drops.Where(static at => at > CongestionCurve.IndexOf(2_000_000) && at < CongestionCurve.IndexOf(CongestionCurve.WiderAt)), static at =>
            Assert.InRange(Cubic.Window[at - 1], 1.9 * Product, 2.2 * Product));
    }

    [Fact]
    public void Cubic_rises_fast_then_levels_out_at_the_former_window_and_rises_ever_faster_beyond_it()
    {
        // The first loss after the link became wider is far above the level of the one before.
        var wider = CongestionCurve.IndexOf(CongestionCurve.WiderAt);
        var drops = DropsOfCubic();
        var from = drops.Last(at => at < wider);
        var to = drops.First(at => at > wider) - 1;
        var former = Cubic.Window[from - 1];
        Assert.True(Cubic.Window[to] > 1.3 * former);
        long SlopeAt(int i) => Cubic.Window[i + 20] - Cubic.Window[i];
        var level = Enumerable.Range(from, to - from - 20).MinBy(SlopeAt);

        // It fell short of the window before, so that fast convergence levels the curve at 0.85 of the former.
        Assert.InRange(Cubic.Window[level], 0.83 * former, 0.88 * former);
        for (var i = from; i + 80 <= level; i += 40)
        {
            Assert.True(SlopeAt(i) > SlopeAt(i + 40));
        }

        // Where Reno would be faster it takes over for a while, in a straight line; then the curve wins.
        Assert.True(SlopeAt(from) > 5 * SlopeAt(level));
        Assert.True(SlopeAt(to - 20) > SlopeAt(to - 60));
        Assert.True(SlopeAt(to - 60) > SlopeAt(to - 100));
        Assert.True(SlopeAt(to - 20) > 5 * SlopeAt(level));
    }

    [Fact]
    public void Bbr_doubles_until_the_path_is_full_and_drains_the_queue_it_made()
    {
        var drain = Bbr.States.IndexOf(BbrState.Drain);
        var steady = Bbr.States.IndexOf(BbrState.ProbeBwCruise);
        Assert.InRange(steady, 1, CongestionCurve.IndexOf(1_500_000));
        Assert.True(drain < 0 || drain < steady);
        Assert.InRange(Bbr.InFlight.Take(steady).Max(), 1.5 * Product, 2.5 * Product);

        // In flight grows at least as fast as by doubling every round trip of 40 ms, queue not included.
        var reached = Bbr.InFlight.FindIndex(static b => b >= Product);
        Assert.InRange(CongestionCurve.SecondsAt(reached), 0, 0.040 * (Math.Log2(Product / 12_000) + 2));
        Assert.InRange(Bbr.InFlight[steady], 0, 1.2 * Product);
    }

    [Fact]
    public void Bbr_keeps_about_one_product_in_flight_and_a_quarter_more_while_it_probes()
    {
        var cruise = InFlightIn(BbrState.ProbeBwCruise);
        Assert.InRange(cruise[cruise.Count / 2], 0.9 * Product, 1.25 * Product);
        Assert.InRange(InFlightIn(BbrState.ProbeBwUp).Max(), 1.2 * Product, 2.4 * Product);
    }

    [Fact]
    public void Bbr_halves_what_is_in_flight_every_five_seconds_to_see_the_round_trip()
    {
        var dips = Enumerable.Range(1, Bbr.States.Count - 1)
            .Where(static i => Bbr.States[i] == BbrState.ProbeRtt && Bbr.States[i - 1] != BbrState.ProbeRtt)
            .ToList();
        Assert.InRange(dips.Count, 8, 10);
        foreach (var dip in dips.Where(static i => i < Bbr.States.Count - 20))
        {
            var length = Bbr.States.Skip(dip).TakeWhile(static s => s == BbrState.ProbeRtt).Count();
            Assert.InRange(length * CongestionCurve.Step, 175_000, 400_000);
            var product = dip > CongestionCurve.IndexOf(CongestionCurve.WiderAt) ? 2 * Product : Product;
            Assert.InRange(Bbr.InFlight.Skip(dip).Take(length).Min(), 0.3 * product, 0.6 * product);
        }
    }

    [Fact]
    public void Both_find_the_wider_path_and_fill_it()
    {
        Assert.InRange(MegabitsIn(Cubic, 2, 20), 58, 60.1);
        Assert.InRange(MegabitsIn(Bbr, 2, 20), 57, 60.1);
        Assert.InRange(MegabitsIn(Cubic, 30, 50), 110, 120.1);
        Assert.InRange(MegabitsIn(Bbr, 25, 50), 114, 120.1);
    }

    /// <summary>Writes the image anew if <c>UDPACK_WRITE_IMAGES</c> is set; else checks that the one in the repository shows these curves.</summary>
    [Fact]
    public void The_image_in_the_documentation_shows_these_curves()
    {
        var file = Path.Combine(Root(), "docs", "images", "congestion.svg");
        var drawn = Draw();
        if (Environment.GetEnvironmentVariable("UDPACK_WRITE_IMAGES") is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, drawn);
        }

        // Cube roots differ in their last digit between platforms, which may move a drop by a sample.
        var stored = Numbers(File.ReadAllText(file));
        var expected = Numbers(drawn);
        Assert.Equal(expected.Count, stored.Count);
        var differing = expected.Zip(stored).Count(static p => Math.Abs(p.First - p.Second) > 3);
        Assert.InRange(differing, 0, expected.Count / 50);
    }

    private static List<int> DropsOfCubic() =>
        [.. Enumerable.Range(1, Cubic.Window.Count - 1).Where(static i => Cubic.Window[i] < 0.8 * Cubic.Window[i - 1])];

    private static List<long> InFlightIn(BbrState state) =>
        [.. Enumerable.Range(40, CongestionCurve.IndexOf(CongestionCurve.WiderAt) - 40).Where(i => Bbr.States[i] == state).Select(static i => Bbr.InFlight[i]).Order()];

    private static double MegabitsIn(CongestionCurve curve, int from, int to) =>
        (curve.Delivered[CongestionCurve.IndexOf(to * 1_000_000L)] - curve.Delivered[CongestionCurve.IndexOf(from * 1_000_000L)]) * 8e-6 / (to - from);

    private static string Draw()
    {
        var svg = new StringBuilder();
        svg.Append("""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 560" font-family="sans-serif" font-size="13">
            <rect width="860" height="560" fill="#fff"/>

            """);
        Panel(svg, 30, "CUBIC: congestion window", Cubic.Window, "#1f6fb4");
        Panel(svg, 300, "BBR: bytes in flight", Bbr.InFlight, "#c0392b");
        svg.Append("""
            <text x="70" y="552" fill="#555">A lone flow; 60 Mbit/s, from 20 s on 120 Mbit/s; 40 ms; a queue of 300 kB. Dashed: bandwidth-delay product. Simulated.</text>
            </svg>

            """);
        return svg.ToString();
    }

    private static void Panel(StringBuilder svg, int top, string title, List<long> values, string colour)
    {
        const int Height = 200;
        const int Left = 70;
        const double PerSecond = 15;
        const double PerKilobyte = Height / 1000.0;
        var bottom = top + Height;
        Line(svg, $"<text x='{Left}' y='{top - 8}' fill='{colour}'>{title} (kB) over time (s)</text>");
        Line(svg, $"<path d='M{Left},{top}V{bottom}H{Left + 750}' fill='none' stroke='#000'/>");
        for (var kilobytes = 0; kilobytes <= 1000; kilobytes += 250)
        {
            Line(svg, $"<text x='{Left - 8}' y='{bottom - (kilobytes * PerKilobyte) + 4}' text-anchor='end'>{kilobytes}</text>");
        }

        for (var seconds = 0; seconds <= 50; seconds += 5)
        {
            Line(svg, $"<text x='{Left + (seconds * PerSecond)}' y='{bottom + 16}' text-anchor='middle'>{seconds}</text>");
        }

        // The product of rate and round trip.
        Line(svg, $"<path d='M{Left},{bottom - (300 * PerKilobyte)}h300V{bottom - (600 * PerKilobyte)}h450' fill='none' stroke='#888' stroke-dasharray='5 4'/>");
        svg.Append(CultureInfo.InvariantCulture, $"<polyline fill='none' stroke='{colour}' stroke-width='1.2' points='");
        for (var i = 0; i < values.Count; i += 2)
        {
            svg.Append(CultureInfo.InvariantCulture, $"{Left + (CongestionCurve.SecondsAt(i) * PerSecond):0.#},{bottom - (values[i] / 1000.0 * PerKilobyte):0.#} ");
        }

        svg.Append("'/>\n");
    }

    private static void Line(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static List<double> Numbers(string svg) =>
        [.. Number().Matches(svg).Select(static m => double.Parse(m.Value, CultureInfo.InvariantCulture))];

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "UDPack.Hosting.sln")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex Number();
}
