using UDPack.Benchmarks.Measurements;
using UDPack.Benchmarks.Parts;
using UDPack.Benchmarks.Transport;
using UDPack.Benchmarks.Transport.Measurements;

namespace UDPack.Benchmarks;

/// <summary>Runs what the arguments name, or everything but the parts. Synchronous, as children start from the thread they are pinned by.</summary>
internal static class BenchmarkCommand
{
    private static readonly Dictionary<string, Func<TextWriter, IEnumerable<Measurement>>> Verbs = new()
    {
        ["handshakes"] = HandshakeBenchmark.Run,
        ["memory"] = MemoryBenchmark.Run,
        ["allocations"] = AllocationBenchmark.Run,
        ["flood"] = FloodBenchmark.Run,
    };

    public static int Run(string[] args)
    {
        if (args is ["transport", .. var rest])
        {
            return RunTransport(rest);
        }

        var json = args.Contains("--json");
        var parts = args.Contains("parts");
        string[] verbs = [.. args.Except(["--json", "parts"])];
        if (verbs.FirstOrDefault(verb => !Verbs.ContainsKey(verb)) is { } unknown)
        {
            Console.Error.WriteLine($"Unknown argument {unknown}. Usage: [{string.Join("] [", Verbs.Keys)}] [parts] [--json]; or {TransportOptions.Usage}");
            return 2;
        }

        if (parts)
        {
            PartsBenchmarks.Run();
            if (verbs.Length == 0)
            {
                return 0;
            }
        }

        // Progress goes to the error stream, so that the output is only the report.
        var chosen = verbs.Length == 0 ? Verbs.Values : verbs.Select(verb => Verbs[verb]);
        Measurement[] measurements = [.. chosen.SelectMany(run => run(Console.Error))];
        if (json)
        {
            Report.WriteJson(Console.Out, measurements);
        }
        else
        {
            Report.WriteTable(Console.Out, measurements);
        }

        return 0;
    }

    private static int RunTransport(string[] args)
    {
        if (TransportOptions.Parse(args) is not { } options)
        {
            Console.Error.WriteLine($"Usage: {TransportOptions.Usage}");
            return 2;
        }

        TransportResult[] results = [.. new TransportBenchmark(options, Console.Error).Run()];
        if (options.Json)
        {
            TransportReport.WriteJson(Console.Out, results);
        }
        else
        {
            TransportReport.WriteTables(Console.Out, results);
        }

        return results.Any(result => result.Rejected is not null) ? 1 : 0;
    }
}
