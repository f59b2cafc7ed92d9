namespace UDPack.Benchmarks.Transport.Places;

/// <summary>What an emulated link does, each on top of 100 Mbit/s, 40 ms round trip and a queue of 100 ms.</summary>
/// <param name="Name">How the command line calls it.</param>
/// <param name="Title">How the report calls it.</param>
/// <param name="Settings">What the emulator is told besides.</param>
internal sealed record LinkScenario(string Name, string Title, string Settings)
{
    public static LinkScenario Clean { get; } = new("loss0", "no loss", "loss=0");

    public static LinkScenario OnePercent { get; } = new("loss1", "loss 1 %", "loss=1");

    public static IReadOnlyList<LinkScenario> All { get; } =
    [
        Clean,
        new("loss0.1", "loss 0.1 %", "loss=0.1"),
        OnePercent,
        new("loss5", "loss 5 %", "loss=5"),
        new("bursts", "loss 1 % in bursts of 4", "ge_p=0.2525 ge_r=25"),
        new("reorder", "reordered within 4 ms", "jitter=2 reorder=1"),
    ];

    public Place Open() => new EmulatedLink("rate=100 rtt=40 queue_ms=100 " + Settings);
}
