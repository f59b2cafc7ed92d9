namespace UDPack.Benchmarks.Transport.Measurements;

/// <summary>How long things take, in milliseconds.</summary>
internal sealed record Durations(int WarmUp, int Local, int Emulated, int MixedWarmUp, int Mixed, int Fairness)
{
    public static Durations Full { get; } = new(3_000, 6_000, 12_000, 3_000, 15_000, 30_000);

    public static Durations Quick { get; } = new(1_500, 2_000, 5_000, 2_000, 5_000, 12_000);
}
