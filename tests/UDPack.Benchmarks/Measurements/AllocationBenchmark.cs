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
        var before = pair.Server.Ask("allocated");
        var client = pair.Client.Ask($"echo {Packets} {PacketSize}");
        var after = pair.Server.Ask("allocated");
        yield return One("client", (double)client[0] / client[1]);

        // The server's figure includes one handshake and the questions about it.
        yield return One("server", (double)(after[0] - before[0]) / (after[1] - before[1]));
    }

    private static Measurement One(string side, double bytes) => new($"UDPack {side}, echo", "allocated per datagram", bytes, bytes, "bytes");
}
