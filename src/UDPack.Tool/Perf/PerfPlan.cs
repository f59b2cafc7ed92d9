using UDPack.Tool.Connections;
using UDPack.Tool.Perf.Protocol;

namespace UDPack.Tool.Perf;

/// <summary>What a client measures, and with whom.</summary>
internal sealed record PerfPlan
{
    public const int DefaultPacketBytes = 64 * 1024;
    public const int DefaultEchoBytes = 64;
    public const double DefaultEchoRate = 100;

    /// <summary>What passes every path in one datagram.</summary>
    public const int DefaultDatagramBytes = 1160;

    public required ClientConnection Connection { get; init; }

    public CongestionAlgorithm Congestion { get; init; } = CongestionAlgorithm.Bbr;

    /// <summary>Which way bulk data goes; null for none.</summary>
    public PerfDirection? Bulk { get; init; }

    /// <summary>How much bulk data each direction carries; null for no limit.</summary>
    public long? Bytes { get; init; }

    /// <summary>For how long each side sends; null for no limit.</summary>
    public TimeSpan? Duration { get; init; }

    public int PacketBytes { get; init; } = DefaultPacketBytes;

    /// <summary>How many streams bulk data uses, and as many again for messages to be echoed.</summary>
    public int Streams { get; init; } = 1;

    /// <summary>Whether unreliable messages take the place of streams.</summary>
    public bool Datagrams { get; init; }

    /// <summary>How many messages to send and have echoed.</summary>
    public long EchoMessages { get; init; }

    /// <summary>How many of them a second.</summary>
    public double EchoRate { get; init; } = DefaultEchoRate;

    public int EchoBytes { get; init; } = DefaultEchoBytes;

    public PerfRequest ToRequest() => new()
    {
        Version = PerfRequest.CurrentVersion,
        Up = Bulk is PerfDirection.Up or PerfDirection.Both,
        Down = Bulk is PerfDirection.Down or PerfDirection.Both,
        Bytes = Bytes,
        DurationMs = (long?)Duration?.TotalMilliseconds,
        PacketBytes = PacketBytes,
        BulkStreams = Bulk is null || Datagrams ? 0 : Streams,
        EchoStreams = EchoMessages == 0 || Datagrams ? 0 : Streams,
        Datagrams = Datagrams,
    };
}
