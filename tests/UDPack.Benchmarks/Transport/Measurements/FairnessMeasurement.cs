namespace UDPack.Benchmarks.Transport.Measurements;

/// <summary>Two bulk transfers through one bottleneck, started together: what each gets once both have started up.</summary>
internal static class FairnessMeasurement
{
    public static TransportResult Run(TransportPair pair, int size, TransportPair competitor, int competitorSize, int milliseconds, TransportResult result)
    {
        pair.Client.Send($"bulk {size} {milliseconds}");
        competitor.Client.Send($"bulk {competitorSize} {milliseconds}");
        var (own, other) = (pair.Client.Answer(), competitor.Client.Answer());
        var start = Math.Max(own[0], other[0]);
        var end = Math.Min(own[1], other[1]);
        var from = start + ((end - start) / 3);
        var (mine, theirs) = (pair.Server.Ask($"delivered {from} {end}"), competitor.Server.Ask($"delivered {from} {end}"));
        BulkMeasurement.ThrowIfFaulty(mine[2] + theirs[2]);
        return result with
        {
            SteadyMbit = mine[0] * 8.0 / (end - from),
            CompetitorMbit = theirs[0] * 8.0 / (end - from),
            SharePercent = 100.0 * mine[0] / (mine[0] + theirs[0]),
            Retransmits = own[2] < 0 ? null : own[2],
        };
    }
}
