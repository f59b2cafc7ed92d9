using System.Globalization;
using UDPack.Benchmarks.Transport.Measurements;
using UDPack.Benchmarks.Transport.Peers;
using UDPack.Benchmarks.Transport.Places;

namespace UDPack.Benchmarks.Transport;

/// <summary>What the command line asks of the comparison of transports.</summary>
internal sealed record TransportOptions
{
    public const string Loopback = "loopback";
    public const string Netlab = "netlab";

    private static readonly string[] Places = [Loopback, Netlab];
    private static readonly string[] PeerNames = [.. TransportPeer.All.Select(peer => peer.Name)];
    private static readonly string[] LinkNames = [.. LinkScenario.All.Select(link => link.Name)];

    public bool Json { get; private init; }

    public bool Quick { get; private init; }

    /// <summary>How often each measurement is run; null for the place's own number.</summary>
    public int? Runs { get; private init; }

    /// <summary>What is named on the command line; nothing of a sort means all of it.</summary>
    public IReadOnlyList<string> Names { get; private init; } = [];

    public Durations Durations => Quick ? Durations.Quick : Durations.Full;

    public static string Usage =>
        $"transport [{string.Join("] [", Places)}] [--quick] [--runs N] [--json] and any of: {string.Join(' ', TransportMeasurement.Names)}; {string.Join(' ', PeerNames)}; {string.Join(' ', LinkNames)}";

    /// <summary>Reads the arguments after "transport"; null if one is not understood.</summary>
    public static TransportOptions? Parse(string[] arguments)
    {
        int? runs = null;
        if (Array.IndexOf(arguments, "--runs") is var index and >= 0)
        {
            if (index + 1 == arguments.Length || !int.TryParse(arguments[index + 1], CultureInfo.InvariantCulture, out var number) || number < 1)
            {
                return null;
            }

            runs = number;
            arguments = [.. arguments[..index], .. arguments[(index + 2)..]];
        }

        string[] names = [.. arguments.Except(["--json", "--quick"])];
        return names.Except([.. Places, .. TransportMeasurement.Names, .. PeerNames, .. LinkNames]).Any()
            ? null
            : new TransportOptions { Json = arguments.Contains("--json"), Quick = arguments.Contains("--quick"), Runs = runs, Names = names };
    }

    public bool HasPlace(string name) => Has(Places, name);

    public bool HasPeer(string name) => Has(PeerNames, name);

    public bool HasLink(string name) => Has(LinkNames, name);

    public bool HasMeasurement(string name) => Has(TransportMeasurement.Names, name);

    /// <summary>Whether links are named, so that what runs on some of them by default runs on all of these.</summary>
    public bool NamesLinks => LinkNames.Intersect(Names).Any();

    /// <summary>Whether measurements are named, so that those run which are none of the place's own.</summary>
    public bool NamesMeasurements => TransportMeasurement.Names.Intersect(Names).Any();

    private bool Has(string[] sort, string name) => !sort.Intersect(Names).Any() || Names.Contains(name);
}
