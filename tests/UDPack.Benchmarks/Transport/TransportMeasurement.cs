using UDPack.Benchmarks.Transport.Measurements;
using UDPack.Benchmarks.Transport.Peers;
using UDPack.Benchmarks.Transport.Places;

namespace UDPack.Benchmarks.Transport;

/// <summary>A measurement by its name, of one peer in one place.</summary>
internal static class TransportMeasurement
{
    public const string Bulk1K = "bulk-1k";
    public const string Bulk64K = "bulk-64k";
    public const string Echo = "echo";
    public const string Rate = "rate";
    public const string Mixed = "mixed";
    public const string Fairness = "fairness";

    private const int SmallBytes = 100;
    private const int MixedBulkBytes = 16 * 1024;
    private const int LargeBytes = 64 * 1024;
    private const string Competitor = "tcp-cubic";

    public static string[] Names { get; } = [Bulk1K, Bulk64K, Echo, Rate, Mixed, Fairness];

    /// <summary>The size of its large messages, as far as the peer carries them; null if the measurement stands or falls with its size.</summary>
    public static int? SizeFor(string measurement, TransportPeer peer) => measurement switch
    {
        Bulk1K => 1_024,
        Bulk64K => peer.MaxMessageBytes >= LargeBytes ? LargeBytes : null,
        Fairness => Math.Min(LargeBytes, peer.MaxMessageBytes),
        Mixed => Math.Min(MixedBulkBytes, peer.MaxMessageBytes),
        _ => SmallBytes,
    };

    public static TransportResult Run(string measurement, TransportPeer peer, int size, Place place, bool isEmulated, Durations durations, TransportResult result)
    {
        using var pair = TransportPair.Start(peer.Name, place);
        var milliseconds = isEmulated ? durations.Emulated : durations.Local;
        switch (measurement)
        {
            case Echo:
                if (!isEmulated)
                {
                    EchoMeasurement.Run(pair, SmallBytes, durations.WarmUp, result);
                }

                return EchoMeasurement.Run(pair, SmallBytes, milliseconds, result);

            case Mixed:
                return MixedMeasurement.Run(pair, size, SmallBytes, durations, result);

            case Fairness:
                using (var competitor = TransportPair.Start(Competitor, place))
                {
                    return FairnessMeasurement.Run(pair, size, competitor, LargeBytes, durations.Fairness, result);
                }

            default:
                if (!isEmulated)
                {
                    // At the speed of the loopback compiling weighs; a link is slow enough to hide it.
                    BulkMeasurement.Run(pair, size, durations.WarmUp, result);
                }

                return BulkMeasurement.Run(pair, size, milliseconds, result);
        }
    }
}
