using System.CommandLine;
using UDPack.Tool.Arguments;

namespace UDPack.Tool.Perf.Arguments;

/// <summary>The option that both sides of a measurement have.</summary>
internal static class CongestionOption
{
    public const CongestionAlgorithm Default = CongestionAlgorithm.Bbr;

    /// <summary>Null if it is not given: then <see cref="Default"/>.</summary>
    public static Option<CongestionAlgorithm?> Create() => new("--congestion")
    {
        Description = "How this side finds out how fast it may send; each side chooses for what it sends. Default bbr.",
        HelpName = "cubic|bbr",
        CustomParser = result => OptionValues.Value(result) switch
        {
            "cubic" => CongestionAlgorithm.Cubic,
            "bbr" => CongestionAlgorithm.Bbr,
            var text => OptionValues.Fail<CongestionAlgorithm?>(result, $"'{text}' is neither cubic nor bbr."),
        },
    };
}
