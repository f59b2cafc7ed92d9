using UDPack.Benchmarks.Peers;

namespace UDPack.Benchmarks.Measurements;

/// <summary>What the server process holds for each session that idles, a receive pending, its keys and limits alive.</summary>
internal static class MemoryBenchmark
{
    private const int Sessions = 10_000;
    private const int WarmUpSessions = 500;

    // A finished handshake is remembered for 30 s to recognise repeats, and an idle session keeps its ciphers for 2 s.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(40);

    public static IEnumerable<Measurement> Run(TextWriter progress)
    {
        var measured = new[] { PeerKinds.Tls, PeerKinds.UdpackP256 }.ToDictionary(kind => kind, kind => MeasureOne(kind, progress));
        var (theirManaged, theirNative) = measured[PeerKinds.Tls];
        foreach (var (kind, (managed, native)) in measured)
        {
            var total = managed + native;
            yield return One(kind, "managed, per idle session", managed, theirManaged / managed);
            yield return One(kind, "native, per idle session", native, null);
            yield return One(kind, "managed and native, per idle session", total, (theirManaged + theirNative) / total);
        }
    }

    private static Measurement One(string kind, string quantity, double value, double? ratio) =>
        new(PeerKinds.Title(kind), quantity, value, value, "bytes", ratio);

    private static (double Managed, double Native) MeasureOne(string kind, TextWriter progress)
    {
        using var pair = PeerPair.Start(kind);
        Expect(pair, "hold " + WarmUpSessions);
        pair.Client.Ask("drop");
        Settle(pair, 0, progress);
        var before = pair.Server.Ask("memory");
        Expect(pair, "hold " + Sessions);
        Settle(pair, Sessions, progress);
        var after = pair.Server.Ask("memory");
        var managed = (double)(after[0] - before[0]) / Sessions;
        return (managed, ((double)(after[1] - before[1]) / Sessions) - managed);
    }

    private static void Expect(PeerPair pair, string command)
    {
        if (pair.Client.Ask(command)[0] is var failed and not 0)
        {
            throw new InvalidOperationException($"{PeerKinds.Title(pair.Kind)}: {failed} sessions failed.");
        }
    }

    private static void Settle(PeerPair pair, int sessions, TextWriter progress)
    {
        progress.WriteLine($"{PeerKinds.Title(pair.Kind)}: {sessions} sessions idle for {Settling.TotalSeconds} s");
        Thread.Sleep(Settling);
        if (pair.Server.Ask("alive")[0] is var alive && alive != sessions)
        {
            throw new InvalidOperationException($"{PeerKinds.Title(pair.Kind)}: {alive} sessions live, not {sessions}.");
        }
    }
}
