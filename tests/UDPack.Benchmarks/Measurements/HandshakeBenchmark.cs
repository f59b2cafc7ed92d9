using UDPack.Benchmarks.Peers;
using UDPack.Benchmarks.Processes;

namespace UDPack.Benchmarks.Measurements;

/// <summary>
/// Full handshakes per second, and what one costs the server. The rounds of what is compared take turns, so that whatever
/// else the machine does meets all of them.
/// </summary>
internal static class HandshakeBenchmark
{
    private const int Rounds = 7;

    // Compiling runs beside the handshakes and counts as the server's CPU: it took a quarter of the first 20 s.
    private const int MostWarmUpRounds = 60;
    private const int FewCompiledMethods = 3;

    private const int RoundMilliseconds = 2_000;
    private const int Concurrency = 32;

    private static readonly string[] Kinds = [PeerKinds.Tls, PeerKinds.UdpackP256, PeerKinds.UdpackRsa];

    public static IEnumerable<Measurement> Run(TextWriter progress)
    {
        var pairs = Kinds.Select(PeerPair.Start).ToArray();
        try
        {
            foreach (var pair in pairs)
            {
                progress.WriteLine($"warm-up: {PeerKinds.Title(pair.Kind)}: {WarmUp(pair)} rounds");
            }

            var rounds = Kinds.ToDictionary(kind => kind, _ => new List<(double PerSecond, double Cpu)>());
            for (var i = 1; i <= Rounds; i++)
            {
                foreach (var pair in pairs)
                {
                    var result = Round(pair, RoundMilliseconds);
                    rounds[pair.Kind].Add(result);
                    progress.WriteLine($"round {i}: {PeerKinds.Title(pair.Kind)}: {result.PerSecond:0} handshakes/s, {result.Cpu:0} µs");
                }
            }

            return [.. Summarise(rounds)];
        }
        finally
        {
            foreach (var pair in pairs)
            {
                pair.Dispose();
            }
        }
    }

    /// <summary>Runs until the server compiles next to nothing any more.</summary>
    private static int WarmUp(PeerPair pair)
    {
        var rounds = 0;
        for (var quiet = 0; quiet < 2 && rounds < MostWarmUpRounds; rounds++)
        {
            var before = pair.Server.Ask("cpu")[2];
            Round(pair, RoundMilliseconds);
            quiet = pair.Server.Ask("cpu")[2] - before <= FewCompiledMethods ? quiet + 1 : 0;
        }

        return rounds;
    }

    private static (double PerSecond, double Cpu) Round(PeerPair pair, int milliseconds)
    {
        var before = pair.Server.Ask("cpu");
        var result = pair.Client.Ask($"handshakes {milliseconds} {Concurrency}");
        var after = pair.Server.Ask("cpu");
        var (done, failed, elapsed) = (result[0], result[1], result[2]);
        var established = after[1] - before[1];
        if (failed != 0 || established != done)
        {
            throw new InvalidOperationException(
                $"{PeerKinds.Title(pair.Kind)}: {failed} handshakes failed; the client completed {done}, the server {established}.");
        }

        return (done * 1e6 / elapsed, (double)(after[0] - before[0]) / done);
    }

    private static IEnumerable<Measurement> Summarise(Dictionary<string, List<(double PerSecond, double Cpu)>> rounds)
    {
        var reference = rounds[PeerKinds.Tls];
        foreach (var kind in Kinds)
        {
            var own = rounds[kind];
            var rate = Statistic.Median(own.Zip(reference, (mine, theirs) => mine.PerSecond / theirs.PerSecond));
            var cpu = Statistic.Median(own.Zip(reference, (mine, theirs) => theirs.Cpu / mine.Cpu));
            yield return new Measurement(
                PeerKinds.Title(kind), "full handshakes", own.Max(r => r.PerSecond), Statistic.Median(own.Select(r => r.PerSecond)), "1/s", rate);
            yield return new Measurement(
                PeerKinds.Title(kind), "server CPU per handshake", own.Min(r => r.Cpu), Statistic.Median(own.Select(r => r.Cpu)), "µs", cpu);
        }
    }
}
