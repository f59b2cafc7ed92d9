namespace UDPack.Benchmarks.Transport.Measurements;

/// <summary>One run of one measurement. What a measurement does not give is null. The names are those of the JSON output.</summary>
internal sealed record TransportResult
{
    /// <summary>loopback or netlab.</summary>
    public required string Place { get; init; }

    /// <summary>What the link does.</summary>
    public required string Link { get; init; }

    public required string Measurement { get; init; }

    public required string Peer { get; init; }

    /// <summary>Counts the repetitions of the same from 1.</summary>
    public int Run { get; init; }

    /// <summary>Payload delivered in the whole time, start-up included, in Mbit/s.</summary>
    public double? GoodputMbit { get; init; }

    /// <summary>The same without the first third of the time.</summary>
    public double? SteadyMbit { get; init; }

    /// <summary>Messages delivered, or round trips made, per second of the steady part.</summary>
    public double? MessagesPerSecond { get; init; }

    public double? P50Micros { get; init; }

    public double? P99Micros { get; init; }

    public double? P999Micros { get; init; }

    public double? MaxMicros { get; init; }

    /// <summary>How many latencies the percentiles are of.</summary>
    public long? Samples { get; init; }

    /// <summary>How many of them had no answer at the end and count with their age.</summary>
    public long? Unanswered { get; init; }

    public double? SenderCpuPerGiB { get; init; }

    public double? ReceiverCpuPerGiB { get; init; }

    public double? SenderCpuPerMillion { get; init; }

    public double? ReceiverCpuPerMillion { get; init; }

    /// <summary>What the sender sent again or gave up as lost: segments or datagrams, as its transport counts.</summary>
    public long? Retransmits { get; init; }

    /// <summary>The steady goodput of the TCP flow with CUBIC beside it.</summary>
    public double? CompetitorMbit { get; init; }

    /// <summary>Its part of what both had, in percent.</summary>
    public double? SharePercent { get; init; }

    public long? LateP99Micros { get; init; }

    /// <summary>The machine's load average over a minute, at the end.</summary>
    public double? Load { get; init; }

    /// <summary>Why this run counts for nothing.</summary>
    public string? Rejected { get; init; }
}
