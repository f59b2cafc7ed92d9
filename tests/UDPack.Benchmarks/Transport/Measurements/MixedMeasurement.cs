namespace UDPack.Benchmarks.Transport.Measurements;

/// <summary>Round trips of small messages on eight channels while a bulk transfer fills the same connection.</summary>
internal static class MixedMeasurement
{
    public static TransportResult Run(TransportPair pair, int bulkSize, int size, Durations durations, TransportResult result)
    {
        var answer = pair.Client.Ask($"mixed {bulkSize} {size} {durations.MixedWarmUp} {durations.Mixed}");
        var (start, end) = (answer[0], answer[1]);
        var from = start + (durations.MixedWarmUp * 1_000L);
        var all = pair.Server.Ask($"delivered {start} {end}");
        var steady = pair.Server.Ask($"delivered {from} {end}");
        BulkMeasurement.ThrowIfFaulty(steady[2]);
        return result with
        {
            GoodputMbit = all[0] * 8.0 / (end - start),
            SteadyMbit = steady[0] * 8.0 / (end - from),
            Samples = answer[2],
            Unanswered = answer[3],
            P50Micros = answer[4],
            P99Micros = answer[5],
            P999Micros = answer[6],
            MaxMicros = answer[7],
            Retransmits = answer[8] < 0 ? null : answer[8],
        };
    }
}
