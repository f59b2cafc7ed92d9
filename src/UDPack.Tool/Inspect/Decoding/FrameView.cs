namespace UDPack.Tool.Inspect.Decoding;

/// <summary>One frame of a decrypted datagram. Fields that its opcode does not have are null and left out of the JSON output.</summary>
internal sealed record FrameView
{
    public required HeaderView Header { get; init; }

    public uint? StreamId { get; init; }

    public uint? PacketId { get; init; }

    public uint? FragmentId { get; init; }

    /// <summary>The lane of a sequenced message.</summary>
    public uint? Lane { get; init; }

    /// <summary>The key of a value.</summary>
    public uint? Key { get; init; }

    /// <summary>The low 32 bits of a sequenced message's place in its lane, or of a value's number.</summary>
    public uint? Number { get; init; }

    /// <summary>What an application sent, or a ping's bytes; hex.</summary>
    public string? Payload { get; init; }

    /// <summary>The length of a skipped packet.</summary>
    public ulong? SkippedLength { get; init; }

    /// <summary>Of a blocked frame: the credit that is used up.</summary>
    public ulong? Limit { get; init; }

    /// <summary>Of a blocked frame: the credit that is needed.</summary>
    public ulong? Needed { get; init; }

    public ulong? Largest { get; init; }

    public ulong? DelayMicros { get; init; }

    /// <summary>Smallest and largest number of each range, the newest range first.</summary>
    public IReadOnlyList<ulong[]>? Ranges { get; init; }

    /// <summary>The session's credit in an ack, a stream's in one with a stream id, the credit used in an abort.</summary>
    public ulong? Credit { get; init; }

    public string? Mode { get; init; }

    public int? Code { get; init; }

    public string? CodeName { get; init; }

    /// <summary>Why the side that says goaway ends the session.</summary>
    public int? Reason { get; init; }

    public string? ReasonName { get; init; }

    public int? ApplicationCode { get; init; }

    /// <summary>A goaway's text, without what could confuse a terminal.</summary>
    public string? Text { get; init; }

    public string? Problem { get; init; }
}
