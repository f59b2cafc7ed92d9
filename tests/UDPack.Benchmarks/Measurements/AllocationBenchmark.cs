using UDPack.Benchmarks.Peers;

namespace UDPack.Benchmarks.Measurements;

/// <summary>Garbage per data datagram, sent or received, in a steady exchange with an echo; one packet fills one datagram.</summary>
internal static class AllocationBenchmark
{
    private const int Packets = 200_000;
    private const int PacketSize = 1_100;

    public static IEnumerable<Measurement> Run(TextWriter progress)
    {
        using var pair = PeerPair.Start(PeerKinds.UdpackP256);
        progress.WriteLine("echo: warm-up");
        pair.Client.Ask($"echo {Packets} {PacketSize}");
        progress.WriteLine("echo: measured");
        var (shortBytes, shortDatagrams, _) = Exchange(pair, Packets);
        var (longBytes, longDatagrams, client) = Exchange(pair, 3 * Packets);
        yield return One("client", client);

        // The difference of two lengths: what the session itself and the questions cost is in both.
        yield return One("server", Math.Max(0, (double)(longBytes - shortBytes) / (longDatagrams - shortDatagrams)));
    }

    private static (long Bytes, long Datagrams, double Client) Exchange(PeerPair pair, int packets)
    {
        var before = pair.Server.Ask("allocated");
        var client = pair.Client.Ask($"echo {packets} {PacketSize}");
        var after = pair.Server.Ask("allocated");
        return (after[0] - before[0], after[1] - before[1], (double)client[0] / client[1]);
    }

    private static Measurement One(string side, double bytes) => new($"UDPack {side}, echo", "allocated per datagram", bytes, bytes, "bytes");
}
