using UDPack.Measuring;
using UDPack.Tool.Perf.Transfers;

namespace UDPack.Tool.Tests.Perf;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentiles_are_off_by_less_than_one_percent()
    {
        const int seed = 7;
        var random = new Random(seed);
        var values = Enumerable.Range(0, 10_000).Select(_ => (long)Math.Pow(10, random.NextDouble() * 11)).Order().ToArray();
        var histogram = new LatencyHistogram();
        foreach (var value in values)
        {
            histogram.Record(value);
        }

        Assert.Equal((values.Length, values[0], values[^1]), (histogram.Count, histogram.Min, histogram.Max));
        foreach (var (share, exact) in new[] { (0.5, values[4999]), (0.99, values[9899]), (0.999, values[9989]), (1.0, values[9999]) })
        {
            var found = histogram.Percentile(share);
            Assert.True(found >= exact && found <= exact * 1.01, $"{share}: {found}, not {exact}; seed {seed}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(long.MaxValue)]
    public void A_single_value_is_every_percentile(long value)
    {
        var histogram = new LatencyHistogram();
        histogram.Record(value);

        Assert.Equal(value, histogram.Percentile(0.001));
        Assert.Equal(value, histogram.Percentile(0.999));
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1);

        Assert.Equal(0, Allocated.By(() =>
        {
            for (var value = 1; value < 10_000; value++)
            {
                histogram.Record(value * 1000L);
            }
        }));
    }

    [Fact]
    public void It_is_zero_when_empty() => Assert.Equal((0, 0, 0), (new LatencyHistogram().Min, new LatencyHistogram().Percentile(0.5), new LatencyHistogram().Max));
}
