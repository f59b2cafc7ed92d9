namespace UDPack.Benchmarks.Transport.Measurements;

/// <summary>One message at a time there and back.</summary>
internal static class EchoMeasurement
{
    public static TransportResult Run(TransportPair pair, int size, int milliseconds, TransportResult result)
    {
        var (server, client) = (pair.Server.CpuTime, pair.Client.CpuTime);
        var answer = pair.Client.Ask($"echo {size} {milliseconds}");
        var millions = answer[0] / 1e6;
        return result with
        {
            Samples = answer[0],
            MessagesPerSecond = answer[0] * 1e3 / milliseconds,
            P50Micros = answer[1] / 1e3,
            P99Micros = answer[2] / 1e3,
            P999Micros = answer[3] / 1e3,
            MaxMicros = answer[4] / 1e3,
            SenderCpuPerMillion = (pair.Client.CpuTime - client).TotalSeconds / millions,
            ReceiverCpuPerMillion = (pair.Server.CpuTime - server).TotalSeconds / millions,
        };
    }
}
