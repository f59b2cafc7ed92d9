using System.Runtime.CompilerServices;

namespace UDPack.Testing;

/// <summary>
/// How one direction of a path treats datagrams. Lengths count what UDP carries, without headers; probabilities are 0 to 1.
/// A datagram meets, in this order: blackhole, MTU, loss, queue and rate, duplication, corruption, delay and jitter.
/// </summary>
public sealed record LinkConditions
{
    /// <summary>No harm done, 10 ms each way.</summary>
    public static LinkConditions Lossless { get; } = new();

    /// <summary>A busy wireless network at home: short, jittery, now and then a burst of losses.</summary>
    public static LinkConditions Wifi { get; } = new()
    {
        Delay = TimeSpan.FromMilliseconds(5),
        Jitter = TimeSpan.FromMilliseconds(8),
        Loss = 0.002,
        Bursts = new GilbertElliott(0.001, 0.25, 0.5),
        BitsPerSecond = 50_000_000,
        QueueDelay = TimeSpan.FromMilliseconds(100),
        Mtu = 1472,
    };

    /// <summary>A phone on the move: deep queues, little loss of its own, bursts at handovers.</summary>
    public static LinkConditions Mobile4G { get; } = new()
    {
        Delay = TimeSpan.FromMilliseconds(30),
        Jitter = TimeSpan.FromMilliseconds(20),
        Loss = 0.001,
        Bursts = new GilbertElliott(0.0005, 0.1, 0.8),
        BitsPerSecond = 12_000_000,
        QueueDelay = TimeSpan.FromMilliseconds(300),
        Mtu = 1400,
    };

    /// <summary>A geostationary satellite: 600 ms there and back, and rain.</summary>
    public static LinkConditions Satellite { get; } = new()
    {
        Delay = TimeSpan.FromMilliseconds(300),
        Jitter = TimeSpan.FromMilliseconds(5),
        Loss = 0.005,
        BitsPerSecond = 5_000_000,
        QueueDelay = TimeSpan.FromMilliseconds(500),
        Mtu = 1400,
    };

    /// <summary>How long every datagram takes, beside <see cref="Jitter"/> and the queue. Default 10 ms.</summary>
    public TimeSpan Delay { get; init => field = NotNegative(value); } = TimeSpan.FromMilliseconds(10);

    /// <summary>Up to this much is added to each delay, evenly distributed. Default none.</summary>
    public TimeSpan Jitter { get; init => field = NotNegative(value); }

    /// <summary>Whether a datagram may overtake an earlier one, by less jitter or by a delay that became shorter. Default false: jitter then only bunches datagrams.</summary>
    public bool Reorder { get; init; }

    /// <summary>The probability that a datagram is lost, each independently of the others. Default 0.</summary>
    public double Loss { get; init => field = Probability(value); }

    /// <summary>Losses that come in bursts; <see cref="Loss"/> holds between them. Default none.</summary>
    public GilbertElliott? Bursts { get; init; }

    /// <summary>The probability that a datagram arrives twice. Default 0.</summary>
    public double Duplicate { get; init => field = Probability(value); }

    /// <summary>The probability that a datagram arrives with one bit flipped. Default 0.</summary>
    public double Corrupt { get; init => field = Probability(value); }

    /// <summary>The bottleneck's rate in bits per second; null for no bottleneck. Default null.</summary>
    public long? BitsPerSecond { get; init => field = Positive(value); }

    /// <summary>The longest a datagram may have to wait for the bottleneck; one that would wait longer is dropped. Null for no bound. Without a rate nothing waits.</summary>
    public TimeSpan? QueueDelay { get; init => field = value is { } delay ? NotNegative(delay) : null; }

    /// <summary>The most bytes in the bottleneck's queue, the datagram that is being sent included; one that finds no room is dropped. Null for no bound.</summary>
    public int? QueueBytes { get; init => field = (int?)Positive(value); }

    /// <summary>The largest datagram that passes, in bytes; 1,472 is Ethernet's over IPv4. Null for no limit.</summary>
    public int? Mtu { get; init => field = (int?)Positive(value); }

    /// <summary>Whether everything vanishes. Default false.</summary>
    public bool Blackhole { get; init; }

    internal static double Probability(double value, [CallerMemberName] string name = "") =>
        value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 0 to 1.");

    private static TimeSpan NotNegative(TimeSpan value, [CallerMemberName] string name = "") =>
        value >= TimeSpan.Zero && value <= TimeSpan.FromDays(1) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 0 to 1 day.");

    private static long? Positive(long? value, [CallerMemberName] string name = "") =>
        value is null or > 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be positive.");
}
