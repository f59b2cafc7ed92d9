using UDPack.Tool.Ping;

namespace UDPack.Tool.Tests.Ping;

public sealed class RoundTripFiguresTests
{
    [Fact]
    public void Sums_up_what_came_and_what_did_not()
    {
        var figures = new RoundTripFigures();
        foreach (var milliseconds in new double?[] { 2, 4, 4, 4, 5, 5, 7, 9, null, null })
        {
            figures.Add(milliseconds is { } value ? TimeSpan.FromMilliseconds(value) : null);
        }

        var summary = figures.Summarize(PingMethod.Packets, default);

        Assert.Equal((10, 8, 2, 20), (summary.Sent, summary.Received, summary.Lost, summary.LostPercent));
        Assert.Equal((2, 5, 9, 2), (summary.MinMs, summary.AvgMs, summary.MaxMs, summary.StddevMs));
        Assert.InRange(summary.P50Ms!.Value, 4, 4.05);
        Assert.Equal(9, summary.P99Ms);
    }

    [Fact]
    public void Without_answers_there_are_no_times()
    {
        var figures = new RoundTripFigures();
        figures.Add(null);

        var summary = figures.Summarize(PingMethod.Transport, default);

        Assert.Equal((1, 0, 100), (summary.Sent, summary.Received, summary.LostPercent));
        Assert.Equal((null, null, null), (summary.MinMs, summary.P99Ms, summary.StddevMs));
    }
}
