using System.Globalization;
using UDPack.Benchmarks.Transport.Measurements;
using UDPack.Benchmarks.Transport.Peers;
using UDPack.Benchmarks.Transport.Places;

namespace UDPack.Benchmarks.Transport;

/// <summary>Runs what the options name, the peers taking turns, so that whatever else the machine does meets all of them.</summary>
internal sealed class TransportBenchmark(TransportOptions options, TextWriter progress)
{
    private const int LocalRuns = 3;
    private const int EmulatedRuns = 1;
    private const int MostAttempts = 3;

    private static readonly string[] LocalMeasurements =
    [
        TransportMeasurement.Bulk1K, TransportMeasurement.Bulk64K, TransportMeasurement.Echo, TransportMeasurement.Rate, TransportMeasurement.Mixed,
    ];

    public IEnumerable<TransportResult> Run()
    {
        // Idle threads of the pool would spin, more the more slowly datagrams come, and this would count as the transport's CPU. Children inherit it.
        Environment.SetEnvironmentVariable("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0");
        var peers = FindPeers();
        if (options.HasPlace(TransportOptions.Loopback))
        {
            foreach (var measurement in Choose(LocalMeasurements))
            {
                foreach (var result in RunTurns(measurement, peers, null, options.Runs ?? (options.Quick ? 1 : LocalRuns)))
                {
                    yield return result;
                }
            }
        }

        if (!options.HasPlace(TransportOptions.Netlab))
        {
            yield break;
        }

        if (EmulatedLink.FindObstacle() is { } obstacle)
        {
            progress.WriteLine($"netlab is skipped: {obstacle}.");
            yield break;
        }

        foreach (var measurement in Choose([TransportMeasurement.Bulk64K, TransportMeasurement.Mixed, TransportMeasurement.Fairness]))
        {
            foreach (var link in LinksFor(measurement))
            {
                foreach (var result in RunTurns(measurement, peers, link, options.Runs ?? EmulatedRuns))
                {
                    yield return result;
                }
            }
        }
    }

    private List<TransportPeer> FindPeers()
    {
        var peers = new List<TransportPeer>();
        foreach (var peer in TransportPeer.All.Where(peer => options.HasPeer(peer.Name)))
        {
            if (peer.FindObstacle() is { } obstacle)
            {
                progress.WriteLine($"{peer.Name} is skipped: {obstacle}.");
            }
            else
            {
                peers.Add(peer);
            }
        }

        return peers;
    }

    private IEnumerable<string> Choose(string[] own) =>
        options.NamesMeasurements ? TransportMeasurement.Names.Where(options.HasMeasurement) : own;

    private IEnumerable<LinkScenario> LinksFor(string measurement)
    {
        var byDefault = measurement switch
        {
            TransportMeasurement.Mixed => [LinkScenario.OnePercent],
            TransportMeasurement.Fairness => [LinkScenario.Clean],
            _ => LinkScenario.All,
        };
        return options.NamesLinks ? LinkScenario.All.Where(link => options.HasLink(link.Name)) : byDefault;
    }

    private IEnumerable<TransportResult> RunTurns(string measurement, List<TransportPeer> peers, LinkScenario? link, int runs)
    {
        for (var run = 1; run <= runs; run++)
        {
            foreach (var peer in peers.Where(peer => !peer.OnlyMixed || measurement == TransportMeasurement.Mixed))
            {
                if (TransportMeasurement.SizeFor(measurement, peer) is not { } size)
                {
                    progress.WriteLine($"{measurement}: {peer.Name} is skipped: its messages have at most {peer.MaxMessageBytes} bytes.");
                    continue;
                }

                yield return RunOne(measurement, peer, size, link, run);
            }
        }
    }

    private TransportResult RunOne(string measurement, TransportPeer peer, int size, LinkScenario? link, int run)
    {
        var empty = new TransportResult
        {
            Place = link is null ? TransportOptions.Loopback : TransportOptions.Netlab,
            Link = link?.Title ?? "none",
            Measurement = measurement,
            Peer = peer.Name,
            Run = run,
        };
        for (var attempt = 1; ; attempt++)
        {
            var result = Attempt(measurement, peer, size, link, empty);
            progress.WriteLine(TransportReport.Line(result));
            if (result.Rejected is null || attempt == MostAttempts)
            {
                return result;
            }
        }
    }

    private TransportResult Attempt(string measurement, TransportPeer peer, int size, LinkScenario? link, TransportResult empty)
    {
        try
        {
            using Place place = link?.Open() ?? new Loopback();
            var result = TransportMeasurement.Run(measurement, peer, size, place, link is not null, options.Durations, empty);
            var health = place.ReadHealth();
            result = health is { Overrun: > 0 } ? empty with { Rejected = $"the emulator was overrun by {health.Overrun} packets" } : result;
            return result with { LateP99Micros = health?.LateP99Micros, Load = ReadLoad() };
        }
        catch (Exception exception) when (exception is InvalidOperationException or InvalidDataException or IOException or TimeoutException)
        {
            // One peer that fails takes nothing from the others.
            return empty with { Rejected = exception.Message, Load = ReadLoad() };
        }
    }

    private static double? ReadLoad() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
        : null;
}
