namespace UDPack.Protocol.Congestion;

/// <summary>What BBR is finding out.</summary>
internal enum BbrState : byte
{
    /// <summary>How much the path carries: the rate doubles every round trip.</summary>
    Startup,

    /// <summary>Nothing: the queue that Startup built drains.</summary>
    Drain,

    /// <summary>Nothing: the queue of the last probe drains.</summary>
    ProbeBwDown,

    /// <summary>Nothing: the rate is the measured one, with headroom for others.</summary>
    ProbeBwCruise,

    /// <summary>Nothing yet: the path is filled for a probe.</summary>
    ProbeBwRefill,

    /// <summary>Whether the path carries more.</summary>
    ProbeBwUp,

    /// <summary>The round trip without a queue of its own.</summary>
    ProbeRtt,
}
