using UDPack.Benchmarks.Transport.Roles;

namespace UDPack.Benchmarks.Transport.Measurements;

/// <summary>One direction as fast as it goes: goodput, and what it costs both sides.</summary>
internal static class BulkMeasurement
{
    public static TransportResult Run(TransportPair pair, int size, int milliseconds, TransportResult result)
    {
        pair.Client.Send($"bulk {size} {milliseconds}");

        // The CPU is read twice within the transfer: what comes before, compiling and connecting, is not its cost.
        Thread.Sleep(milliseconds / 3);
        var (from, serverFrom, clientFrom) = (Clock.Micros, pair.Server.CpuTime, pair.Client.CpuTime);
        Thread.Sleep(milliseconds * 6 / 10);
        var (until, serverUntil, clientUntil) = (Clock.Micros, pair.Server.CpuTime, pair.Client.CpuTime);

        var answer = pair.Client.Answer();
        var (start, end, retransmits) = (answer[0], answer[1], answer[2]);
        var steadyFrom = start + ((end - start) / 3);
        var all = pair.Server.Ask($"delivered {start} {end}");
        var steady = pair.Server.Ask($"delivered {steadyFrom} {end}");
        var counted = pair.Server.Ask($"delivered {from} {until}");
        ThrowIfFaulty(steady[2]);
        var (gibibytes, millions) = (counted[0] / (double)(1 << 30), counted[1] / 1e6);
        var (sender, receiver) = ((clientUntil - clientFrom).TotalSeconds, (serverUntil - serverFrom).TotalSeconds);
        return result with
        {
            GoodputMbit = all[0] * 8.0 / (end - start),
            SteadyMbit = steady[0] * 8.0 / (end - steadyFrom),
            MessagesPerSecond = steady[1] * 1e6 / (end - steadyFrom),
            SenderCpuPerGiB = sender / gibibytes,
            ReceiverCpuPerGiB = receiver / gibibytes,
            SenderCpuPerMillion = sender / millions,
            ReceiverCpuPerMillion = receiver / millions,
            Retransmits = retransmits < 0 ? null : retransmits,
        };
    }

    public static void ThrowIfFaulty(long faulty)
    {
        if (faulty != 0)
        {
            throw new InvalidDataException($"{faulty} messages arrived damaged or out of place.");
        }
    }
}
