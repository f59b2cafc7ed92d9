namespace UDPack.Tool.Perf.Reports;

/// <summary>The fields of --json, as --help lists them.</summary>
internal static class ReportFields
{
    public const string Help =
        """
        --json writes one object: address, handshakeMs, seconds, verified, datagrams, streams, messageBytes;
          up, down (null if not measured): packets, bytes, seconds, bitsPerSecond, bytesPerSecond, lost, verified;
          latency (null if not measured): sent, received, lost, messageBytes, minMs, p50Ms, p99Ms, p999Ms, maxMs, verified;
          client, server: congestion, cpuSeconds, datagramsSent, datagramsReceived, datagramsLost, spuriousLosses,
          bytesSent, bytesReceived, messagesDropped, rttMs, minRttMs, congestionWindowBytes, pathMtuBytes.
        """;
}
